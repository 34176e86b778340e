import type { OAuthErrorDetails } from '../../errors/index.js';
import { scrub } from '../../errors/scrub.js';
import { onOneLine } from '../../platform/one-line.js';
import { readRefusal } from './refusal-words.js';
import { isFilledText } from '../../platform/json-values.js';

type Fields = Readonly<Record<string, unknown>>;

/** Takes from the fields of a refusal what may be told, as `detailsOf`. */
export function readDetails(status: number, body: Fields | undefined, secrets: readonly string[]): OAuthErrorDetails {
  const hidden = [...secrets, ...secretsIn(body)];
  const { error, description } = readRefusal(body);
  const { suberror, error_subtype, claims } = body ?? {}; // Entra's, Google's; claims are JSON as text
  return {
    status,
    error: printable(error, 100, hidden),
    errorDescription: printable(description, 500, hidden),
    suberror: printable(suberror ?? error_subtype, 100, hidden),
    claims: printable(claims, 5000, hidden),
  };
}

/** Tokens and the like that a server sends beside an error, such as Auth0's `mfa_token`, at whatever depth. */
export function secretsIn(body: Fields | undefined): string[] {
  const secrets: string[] = [];
  const objects: object[] = body ? [body] : [];
  for (const object of objects) {
    for (const [name, value] of Object.entries(object) as [string, unknown][]) {
      if (typeof value === 'object' && value !== null) objects.push(value);
      else if (isFilledText(value) && /(token|secret|assertion|device_code)$/i.test(name)) secrets.push(value);
    }
  }
  return secrets;
}

/** What may be told of a server's text: so many characters of it, none for control (RFC 6749 section 5.2), and no secret. */
export function printable(value: unknown, length: number, secrets: readonly string[]): string | undefined {
  if (!isFilledText(value)) return undefined;
  return scrub(onOneLine(value.slice(0, length)), [...secrets, ...secrets.map(onOneLine)]);
}
