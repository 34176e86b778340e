import { type Challenge, parseChallenges } from './challenges.js';
import { UnauthenticatedError, UnauthorizedError } from '../errors/index.js';
import { shared } from '../platform/shared.js';
import { printable, readDetails } from '../server/endpoint-answer.js';

/** Of all copies of this package: whoever explains a response may be another one than has fetched it. */
const sentTokens = (): WeakMap<Response, readonly string[]> => shared('sent tokens', () => new WeakMap());

/** Notes which tokens led to a refusal, so that an API that echoes one leaks nothing into an error. */
export function noteSentTokens(response: Response, tokens: readonly string[]): void {
  sentTokens().set(response, tokens);
}

/**
 * Says why an API refused a request: by its status and its `WWW-Authenticate` header (RFC 6750 section 3). The body
 * is not read. `undefined` for any answer but 401 and 403.
 *
 *     const problem = explainResponse(response);
 *     if (problem) throw problem;
 *
 * @group Errors
 */
export function explainResponse(response: Response): UnauthenticatedError | UnauthorizedError | undefined {
  const { status } = response;
  if (status !== 401 && status !== 403) return undefined;
  const parameters = bearerChallenge(response)?.parameters;
  const secrets = sentTokens().get(response) ?? [];
  const details = readDetails(status, Object.fromEntries(parameters ?? []), secrets);
  if (status === 401 && details.error !== 'insufficient_scope') return new UnauthenticatedError(details);
  return new UnauthorizedError({ ...details, scope: printable(parameters?.get('scope'), 500, secrets) });
}

/** Tells whether another token may help: the answer is 401, and not for want of a scope, or of a nonce (RFC 9449). */
export function isTokenRefused(response: Response): boolean {
  const error = bearerChallenge(response)?.parameters.get('error') ?? '';
  return response.status === 401 && !['insufficient_scope', 'use_dpop_nonce'].includes(error);
}

/** The challenge that says most: one with an error, else the first for a bearer token. */
function bearerChallenge(response: Response): Challenge | undefined {
  const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '').filter(
    ({ scheme }) => scheme === 'bearer' || scheme === 'dpop',
  );
  return challenges.find(({ parameters }) => parameters.has('error')) ?? challenges[0];
}
