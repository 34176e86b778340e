import {
  AuthorizationError,
  IssuerMismatchError,
  MissingCodeError,
  NonceMismatchError,
  StateMismatchError,
} from '../errors/index.js';
import { printable } from '../server/answers/answer-details.js';
import { kindOf } from '../platform/kind-of.js';
import type { ServerName } from '../server/server-connection.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { AuthorizationState } from './authorization-state.js';

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
      cause: refusal, // told, and not believed
      message: 'The redirect names no authorization server, though this one promises to name itself.',
      remedy: refusal
        ? 'Start the login again. The cause is what the redirect says; an error has to name the server too (RFC 9207).'
        : 'Give the whole URL that the browser ended at, not its code alone.',
    });
  }
  const code = single(parameters, 'code');
  if (refusal) throw refusal;
  if (code === undefined) throw new MissingCodeError();
  return code;
}

/** Makes the parameters that redeem the code of a redirect (RFC 6749 section 4.1.3). @throws as {@link readCallback} */
export function codeParameters(
  query: URLSearchParams,
  { state, redirectUri, codeVerifier }: Partial<AuthorizationState> = {},
  issuer: ServerName,
): Readonly<Record<string, string | undefined>> {
  const code = readCallback(query, { state, issuer });
  return { code, redirect_uri: redirectUri, code_verifier: codeVerifier, scope: undefined, audience: undefined };
}

/** @throws NonceMismatchError where an id token is not of this login (OpenID Connect Core section 3.1.3.7) */
export function assertNonce(tokens: TokenSet, nonce: string | undefined): void {
  const isOther = tokens.idToken !== undefined && tokens.idTokenClaims?.['nonce'] !== nonce;
  if (nonce !== undefined && isOther) throw new NonceMismatchError();
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
