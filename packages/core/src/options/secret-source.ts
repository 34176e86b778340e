import { AuthFlowError, TokenEndpointUnavailableError } from '../errors/index.js';
import { isBranded } from '../errors/brand.js';
import { scrubError } from '../errors/scrub.js';
import { within } from '../platform/waiting.js';

/** A secret, or a function that fetches it whenever it is needed. @group Options */
export type SecretSource<T> = T | (() => T | Promise<T>);

/**
 * What a secret is, and so what it cannot hold. Tokens and clients' secrets have no white space at their ends (RFC 6749
 * appendix A); only a client's secret may be empty. A password or user name may have some, but has no line end (appendices
 * A.15 and A.16). A key may be written anyhow.
 */
export type SecretKind = 'token' | 'secret' | 'password' | 'key';

const endings = [/^\s|\s$|[\r\n]/, 'begins or ends with white space, or holds a line end'] as const;
const unusual: Readonly<Record<Exclude<SecretKind, 'key'>, readonly [pattern: RegExp, fault: string]>> = {
  token: endings,
  secret: endings,
  password: [/[\r\n]/, 'holds a line end'],
};

/** What a template makes of a value that is not there, or not there yet. */
const leftover = /^(undefined|null|\[object \w+\])$/;

/**
 * Checks that a text is whole and nothing else came with it: files and shells put a line end behind what they give.
 *
 * @throws TypeError that names the option, and says nothing of the value
 */
export function checkSecret(name: string, value: string, kind: SecretKind): void {
  if (kind === 'key') return;
  if (leftover.test(value)) throw new TypeError(`${name} is the text ${value}: what was put into it was not there.`);
  const [pattern, fault] = unusual[kind];
  if (!pattern.test(value)) return;
  throw new TypeError(
    `${name} ${fault}, which is no part of it: take it away where the value is read. Nothing was sent.`,
  );
}

/** Checks an option that is a secret or a function that fetches it. @throws TypeError that names the option */
export function checkSecretSource(name: string, source: unknown, kind: SecretKind = 'token'): void {
  if (typeof source === 'function') return;
  if (typeof source !== 'string' || source === '')
    throw new TypeError(`${name} must be a non-empty string or a function.`);
  checkSecret(name, source, kind);
}

/** Checks an option that is a private key or a function that fetches it. @throws TypeError that names the option */
export function checkKeySource(name: string, source: unknown): void {
  if (!source || !['string', 'object', 'function'].includes(typeof source))
    throw new TypeError(`${name} must be PEM text, a JWK, a CryptoKey, a KeyObject or a function.`);
}

/**
 * Reads an option that may be a function.
 *
 * @throws TokenEndpointUnavailableError, code `CLIENT_SECRET_UNAVAILABLE`, when the function fails or returns
 * something else; an AuthFlowError that it throws, such as a missing environment variable, is passed on, and so is
 * what is wrong with a private key that `signAssertion` was given; as {@link checkSecret}
 */
export async function readSecret<T extends string | object>(
  name: string,
  source: SecretSource<T>,
  kind: SecretKind = 'token',
  signal?: AbortSignal,
): Promise<T> {
  const value =
    typeof source === 'function' ? await called(name, source as () => T | Promise<T>, kind, signal) : source;
  if (typeof value === 'string') checkSecret(name, value, kind);
  return value;
}

/** Seconds for which a function may be busy: one that never answers would keep all callers. It may ask a person. */
const sourcePatience = 300;

async function called<T>(
  name: string,
  source: () => T | Promise<T>,
  kind: SecretKind,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    const value: unknown = await within(sourcePatience, source(), signal);
    const types = kind === 'key' ? ['string', 'object'] : ['string'];
    const isEmpty = value === '' && kind !== 'secret';
    if (!types.includes(typeof value) || value === null || isEmpty)
      throw new TypeError(`It returned no ${types.join(' or ')}, or an empty one.`);
    return value as T;
  } catch (error) {
    if (error instanceof AuthFlowError || isBranded(error, 'UnusableKeyError')) throw error;
    throw new TokenEndpointUnavailableError({
      code: 'CLIENT_SECRET_UNAVAILABLE',
      mayHaveArrived: false,
      message: `The function given as ${name} failed, so nothing was sent.`,
      remedy: 'Restore the source of the secret and try again.',
      cause: scrubError(error),
    });
  }
}
