import { AuthorizationError, IssuerMismatchError, MissingCodeError, StateMismatchError } from '../errors/index.js';
import { printable } from '../server/answers/answer-details.js';
import { kindOf } from '../platform/kind-of.js';
import type { ServerName } from '../server/server-connection.js';

/** What a redirect is judged by. */
export interface CallbackExpectation {
  readonly state: string | undefined;
  readonly issuer: ServerName;
}

/**
 * Takes the code from the URL that the authorization server redirected to (RFC 6749 section 4.1.2).
 *
 * @throws StateMismatchError, IssuerMismatchError, AuthorizationError, MissingCodeError, judged in this order
 */
export function readCallback(parameters: URLSearchParams, expected: CallbackExpectation): string {
  const state = single(parameters, 'state');
  const error = single(parameters, 'error');
  const secrets = [expected.state ?? '', ...parameters.getAll('code')].filter(Boolean);
  const errorDescription = printable(single(parameters, 'error_description'), 500, secrets);
  const refusal = error && new AuthorizationError({ error: printable(error, 100, secrets) ?? '', errorDescription });
  if (!expected.state || state !== expected.state) {
    throw new StateMismatchError(state ? undefined : { cause: refusal });
  }
  const issuer = single(parameters, 'iss');
  const { name, isPromised } = expected.issuer;
  if (issuer !== undefined && name !== undefined && issuer !== name) throw new IssuerMismatchError();
  if (issuer === undefined && isPromised) {
    throw new IssuerMismatchError({
      message: 'The redirect names no authorization server, though this one promises to name itself.',
      remedy: 'Give the whole URL that the browser ended at, not its code alone.',
    });
  }
  const code = single(parameters, 'code');
  if (refusal) throw refusal;
  if (code === undefined) throw new MissingCodeError();
  return code;
}

/**
 * Returns the query of a callback, given as a URL, as the path and query that a web server sees, or as the query.
 *
 * @throws TypeError for anything but a text or a `URL`
 */
export function callbackParameters(callbackUrl: string | URL): URLSearchParams {
  const kind = kindOf(callbackUrl);
  if (!['String', 'URL'].includes(kind))
    throw new TypeError(`The callback URL must be a string or a URL, not ${kind}.`);
  const text = String(callbackUrl);
  const query = text.slice(text.indexOf('?') + 1); // all of it where there is none
  return new URLSearchParams(query.split('#', 1)[0]);
}

/** A parameter that comes twice, which RFC 6749 section 3.1 forbids, counts as absent. */
function single(parameters: URLSearchParams, name: string): string | undefined {
  const [value, second] = parameters.getAll(name);
  return second === undefined && value !== '' ? value : undefined;
}
