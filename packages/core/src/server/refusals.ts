import {
  type AuthFlowError,
  ClientRejectedError,
  type ErrorDetails,
  InvalidRefreshTokenError,
  LoginRequiredError,
  OAuthError,
  type OAuthErrorDetails,
  TokenEndpointUnavailableError,
  TokenRequestError,
} from '../errors/index.js';
import { describeRefusal, ofStoredScope } from '../errors/oauth-error.js';
import type { Refusal } from './answers/refusal-words.js';

/** What servers call a refresh token that has ended, or that they do not know. docs/server-answers.md has who says so. */
const deadErrors =
  /^(invalid_(grant|token|code|refresh_token)|(unauthorized\.)?bad_refresh_token(\.evicted)?|expired_token|(refresh_)?token_(expired|revoked|inactive|reused|invalidated)|bxnim04(08|39)e|1203\.(11205|31202|31204|31218))$/;

/** The same where the words are in the description: `error: description`, as it begins. */
const deadWords =
  /(^|: )(invalid[ _]refresh[ _]token|refresh token (expired|not found)|the authorization grant is invalid)|^(invalid: refreshtoken|invalid_argument: (token_expired|user_not_found)|unauthorized_client: (refresh_token is invalid|old refresh token used|token was already used|unable to parse refresh token)|invalid_client: refresh token could not be mapped|unsupported_token_type: .*refresh_token_authentication_error|(invalid_request|https:\S+\/oauthproblemjson): (value passed for the token was invalid|the refresh token is invalid|cannot decrypt the refresh token|token has (been revoked|expired)|invalid "refresh_token" in request|this request requires an active refresh_token))/;

/** Where a request is only too early, whatever the error is called. docs/server-answers.md has who says so. */
const passes =
  /already being processed|multiple concurrent requests|\bretry (your|the) request|\brate[ _]limit|\btoo[ _]many[ _]requests|\btoken not expired|aadsts50196|^1203\.(500|100300):/;

/** Of a refresh token that lives, presented from another place or at another hour than it may be: Salesforce, Keycloak. */
const livesOn = /^invalid_grant: (ip restricted or invalid login hours|invalid token issuer)/;

/**
 * What ServiceNow says of a wrong client and of a token that is taken the next time, Firebase of an account that is locked,
 * DocuSign, Intuit, Lucid and tastytrade of another client than the token's, Keycloak of a session that one of its nodes does
 * not find, Microsoft of a scope that was not granted.
 */
const leavesOpen =
  /^(server_error: access_denied|invalid_argument: user_disabled|invalid_grant: (unauthorized_client|incorrect token type or clientid|.*\bclient[ _-]?secret\b|session doesn't have required client|refresh toke[dn] issued before the client session|(aadsts70000: )?the request was denied because one or more scopes))/;

/** Where a description blames the client, under an error that does not: HubSpot, Strava; and Huawei's numbers. */
const namesClient =
  /^(invalid_request: .*\b(unknown|missing|invalid|incorrect|wrong) client[ _-]?(id|secret|credentials?)\b|invalid: application client_|\d{4}\.(1230[34]|2000[123]|20085|20154|2017[12]):)/;

/** Of a grant that is refused: GitHub's bad_verification_code, Glewlwyd's invalid_code, Slack's code_already_used. */
const otherWords = / invalid_credentials$|^authorization_code (\w+_code|code_\w+)$/;

/** What servers say where a person is needed, though the refresh token lives: OpenID Connect Core section 3.1.2.6, and Auth0. */
const needsPerson = new Set([
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
  'mfa_required',
]);

/** Of the finer codes beside `invalid_grant` (Microsoft Entra's, Google's `invalid_rapt`), those of a token that has ended. */
const deadSuberrors = new Set(['bad_token', 'token_expired']);

/** Codes that blame the client, the request or the hour, and not the refresh token. */
const blamesOther =
  /(^|[^a-z])(client|scopes?|target|resource|audience|dpop|authorization_details|redirect_uri|grant_type|unsupported|unavailable|server_error|rate|limit|ratelimit\w*|quota|throttl\w*|too_many|slow_down|internal|busy|overload\w*|maintenance|timeout|timed_out|concurren\w*|conflict|retry|try_again)([^a-z]|$)/i;

/** An error code is words that are joined. A reason phrase is none, such as `Forbidden`, also where it is joined. */
const errorCode =
  /^(?!(bad_request|not_found|method_not_allowed|not_acceptable|request_timeout)$)[a-z\d]+([_.:-][a-z\d]+)+$/i;

export interface RefusedQuestion {
  readonly purpose: string;
  readonly deadRefreshToken?: readonly string[] | undefined; // of the dialect
}

/**
 * Says what a complete refusal means, `undefined` when it says nothing that is known. It is no outage by its status.
 *
 * @param isEmpty - whether the answer has no body, or none that says more than the status
 */
export function refusalOf(
  said: Refusal,
  details: OAuthErrorDetails,
  { purpose, deadRefreshToken = [] }: RefusedQuestion,
  isEmpty: boolean,
): AuthFlowError | undefined {
  const refusal = { ...said, error: said.error?.toLowerCase() }; // some write INVALID_GRANT
  const { error = '', isOAuth } = refusal;
  const words = wordsOf(refusal);
  if (passes.test(words) && !purpose.endsWith(':device_code')) return unavailable(details);
  if (purpose === 'refresh_token') {
    if (livesOn.test(words)) return new TokenRequestError({ ...details, remedy: whereItLives });
    if (leavesOpen.test(words)) return suspectRefreshToken(details);
    if (wantsPerson(refusal, details)) return interactionRequired(details);
    if (isDead(error, words, deadRefreshToken)) return new InvalidRefreshTokenError(details);
    if (isEmpty ? details.status === 400 : isSuspect(refusal, details.status)) return suspectRefreshToken(details);
  }
  if (error === 'invalid_grant' || (isOAuth && otherWords.test(`${purpose} ${error}`))) {
    return new TokenRequestError({ ...details, code: 'INVALID_GRANT', ...ofGrant(purpose, undefined, '') });
  }
  if (namesClient.test(words)) return new ClientRejectedError(details);
  if (!isOAuth) return undefined;
  if (/^(temporarily_unavailable|server_error)$/.test(error)) return unavailable(details);
  if (/^(invalid|unauthorized|incorrect|bad)_client(_credentials|_secret|_id)?$/.test(error))
    return new ClientRejectedError(details);
  if (details.status === 401 && !/scope|target|grant_type/.test(error) && !purpose.endsWith(':device_code'))
    return new ClientRejectedError({ ...details, ...ofGrant(purpose) });
  const refused = new TokenRequestError(details);
  if (/^(refresh_token|client_credentials)$|:(jwt|saml2)-bearer$|:token-exchange$/.test(purpose)) return refused; // ask for no stored scope
  return new TokenRequestError({ ...details, remedy: refused.remedy + ofStoredScope(details) });
}

/** What to do where a grant is refused, or perhaps the client that asks for it; nothing where the grant has nothing to check. */
export function ofGrant(
  purpose: string,
  first = remedies[purpose.replace(/.*:/, '')],
  orElse = ' Else check clientId and clientSecret.',
): ErrorDetails {
  return first === undefined ? {} : { remedy: first + orElse };
}

/** Says that an endpoint cannot answer for now. */
export function unavailable(details: OAuthErrorDetails): AuthFlowError {
  const message = `The authorization server cannot answer for now (${describeRefusal(details)}).`;
  return new TokenEndpointUnavailableError({ ...details, message });
}

/**
 * Tells whether a refusal means that this client may renew by no refresh token: only a new grant helps. A 401 is of how the
 * client proves itself (RFC 6749 section 5.2), as Keycloak says `unauthorized_client` of a wrong secret.
 */
export function mayNotRefresh(error: unknown): boolean {
  return (
    error instanceof OAuthError &&
    error.status !== 401 &&
    /^(unauthorized_client|unsupported_grant_type)$/.test(error.error ?? '')
  );
}

function wantsPerson({ error }: Refusal, { suberror }: OAuthErrorDetails): boolean {
  if (error === 'invalid_grant') return suberror !== undefined && !deadSuberrors.has(suberror);
  return error !== undefined && needsPerson.has(error);
}

function wordsOf({ error = '', description = '' }: Refusal): string {
  return `${error}: ${description}`.toLowerCase();
}

function isDead(error: string, said: string, ownWords: readonly string[]): boolean {
  const isOwn = (each: string): boolean => {
    const words = each.toLowerCase();
    return words.includes(': ') ? said.startsWith(words) : words === error;
  };
  return deadErrors.test(error) || deadWords.test(said) || ownWords.some(isOwn);
}

function isSuspect(refusal: Refusal, status: number): boolean {
  const { error = '', isOAuth } = refusal;
  const isOthers = blamesOther.test(error) || namesClient.test(wordsOf(refusal));
  return [400, 403, 404].includes(status) && isOAuth && errorCode.test(error) && !isOthers;
}

const whereItLives = 'Try again from where the login was, at the address where it was, or later; no login is needed.';

function interactionRequired(details: OAuthErrorDetails): LoginRequiredError {
  return new LoginRequiredError({
    ...details,
    code: 'INTERACTION_REQUIRED',
    message: `The authorization server wants a person to log in again (${describeRefusal(details)}).`,
    ...(details.claims !== undefined && {
      remedy: 'Log in again, with the claims of this error as the parameter claims.',
    }),
  });
}

/** The error for a refresh token that has probably ended, though the server's words leave it open. */
export function suspectRefreshToken(details: OAuthErrorDetails): LoginRequiredError {
  return new LoginRequiredError({
    ...details,
    code: 'REFRESH_TOKEN_SUSPECT',
    message:
      `The authorization server refused to renew (${describeRefusal(details)}) and blames neither client nor request: ` +
      'the refresh token has probably ended.',
    remedy: 'Log in again, for example with doFlow(). The tokens were kept, and are tried again after a pause.',
  });
}

const remedies: Readonly<Record<string, string>> = {
  authorization_code: 'Log in again: a code is good once, for a short time, and for one redirect URI.',
  password: 'Check user name and password. Nothing that is stored was changed.',
  'jwt-bearer': 'Check issuer, subject, audience and key of the assertion, and the clock of this machine.',
  'token-exchange': 'Get a new subject token: this one has ended or is refused.',
};
