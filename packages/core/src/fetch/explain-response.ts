import { fromBase64 } from '../platform/base64.js';
import { type Challenge, parseChallenges } from './challenges.js';
import { UnauthenticatedError, UnauthorizedError } from '../errors/index.js';
import { shared } from '../platform/process-registry.js';
import { printable, readDetails } from '../server/answers/answer-details.js';

/** Of all copies of this package: whoever explains a response may be another one than has fetched it. */
const sentTokens = (): WeakMap<Response, readonly string[]> => shared('sent tokens', () => new WeakMap());

/** Notes which tokens led to a refusal, so that an API that echoes one leaks nothing into an error. */
export function noteSentTokens(response: Response, tokens: readonly string[]): void {
  sentTokens().set(response, tokens);
}

/** The token that an API refused last; `undefined` where it was shown none. */
export function sentToken(response: Response): string | undefined {
  return sentTokens().get(response)?.[0];
}

/**
 * Says why an API refused a request: by its status and its `WWW-Authenticate` header (RFC 6750 section 3). The body
 * is not read. `undefined` for any answer but 401 and 403.
 *
 *     const problem = explainResponse(response);
 *     if (problem) throw problem;
 *
 * @throws TypeError for what is no response, such as the promise of one
 * @group Errors
 */
export function explainResponse(response: Response): UnauthenticatedError | UnauthorizedError | undefined {
  const { status } = response;
  if (typeof status !== 'number') throw new TypeError('This is no response: is an await missing?');
  if (status !== 401 && status !== 403) return undefined;
  const challenges = tokenChallenges(response);
  const main = mainChallenge(challenges);
  // What to log in with may stand in any of them; which error it is, in one.
  const said = (name: string): string | undefined =>
    [main, ...challenges].map((challenge) => challenge?.parameters.get(name)).find((value) => value !== undefined);
  const secrets = sentTokens().get(response) ?? [];
  const maxAge = Number(said('max_age') ?? NaN);
  const details = {
    ...readDetails(status, { ...Object.fromEntries(main?.parameters ?? []), claims: asJson(said('claims')) }, secrets),
    scope: printable(said('scope'), 2000, secrets),
    resourceMetadata: printable(said('resource_metadata'), 2000, secrets),
    acrValues: printable(said('acr_values'), 500, secrets),
    maxAge: maxAge >= 0 ? maxAge : undefined,
  };
  const isAboutToken = status === 401 && details.error !== 'insufficient_scope';
  return isAboutToken || needsLogin(details.error) ? new UnauthenticatedError(details) : new UnauthorizedError(details);
}

/** Tells whether another token may help: the answer is 401, and not for want of a scope, a login or a nonce (RFC 9449). */
export function isTokenRefused(response: Response): boolean {
  if (response.status !== 401) return false;
  const error = mainChallenge(tokenChallenges(response))?.parameters.get('error') ?? '';
  return !needsLogin(error) && !['insufficient_scope', 'use_dpop_nonce'].includes(error);
}

/** What a person has to do something about: RFC 9470, and Microsoft Entra's word. */
function needsLogin(error: string | undefined): boolean {
  return error === 'insufficient_user_authentication' || error === 'insufficient_claims';
}

function tokenChallenges(response: Response): Challenge[] {
  const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '');
  return challenges.filter(({ scheme }) => scheme === 'bearer' || scheme === 'dpop');
}

/** The challenge that says most: one with an error, else the first. */
function mainChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return challenges.find(({ parameters }) => parameters.has('error')) ?? challenges[0];
}

/** In a header claims are sent in Base64, since JSON is full of quotes. */
function asJson(claims: string | undefined): string | undefined {
  if (claims === undefined || claims.startsWith('{')) return claims;
  try {
    const text = new TextDecoder().decode(fromBase64(claims));
    return text.startsWith('{') ? text : claims;
  } catch {
    return claims;
  }
}
