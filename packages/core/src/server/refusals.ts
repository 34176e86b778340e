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
import { describeRefusal } from '../errors/oauth-error.js';
import type { Refusal } from './answers/refusal-words.js';

/**
 * What servers say of a refresh token that has ended, or that they do not know: `error`, or `error: description` as it
 * begins. Who says so, and where that stands (here, since bundles keep comments that stand within a list):
 *
 * - invalid_grant: RFC 6749 section 5.2. Fitbit, in `errors`: aarondcoleman/Fitbit.NET#320
 * - bad_refresh_token: GitHub, with status 200. HubSpot, as `status`: HGData/mk-node-hubspot#64
 * - invalid_refresh_token: Slack, with status 200
 * - invalid_token: Cloud Foundry and others that use RFC 6750's word
 * - invalid_code: Zoho, with status 200: Weble/ZohoBooksApi#84
 * - invalid: Strava, in `errors`: dreeveapp/dreeve#1449
 * - bad request: Twitch: dev.twitch.tv/docs/authentication/refresh-tokens
 * - service.not_authorized: Square: developer.squareup.com/forums/t/11056
 * - unauthorized_client: Atlassian, with status 403
 * - server_error: ServiceNow, with status 401: demisto/content-docs#1301
 * - invalid_request: X; league/oauth2-server to 8, 401 (thephpleague/oauth2-server#993), of which @jmondi/oauth2-server 4.3
 *   has the second, and two of its own; Authlib to 0.10: lepture/authlib#112
 * - invalid_client: athenaFlex: athenahealth/apiserver-athenaFlex#107
 */
const knownWords: readonly string[] = [
  'invalid_grant',
  'bad_refresh_token',
  'invalid_refresh_token',
  'invalid_token',
  'token_expired',
  'expired_token',
  'token_revoked',
  'invalid_code',
  'invalid: refreshtoken',
  'bad request: invalid refresh token',
  'service.not_authorized: invalid refresh token',
  'unauthorized_client: refresh_token is invalid',
  'server_error: access_denied',
  'invalid_request: value passed for the token was invalid',
  'invalid_request: the refresh token is invalid',
  'invalid_request: cannot decrypt the refresh token',
  'invalid_request: token has been revoked',
  'invalid_request: token has expired',
  'invalid_request: invalid "refresh_token" in request',
  'invalid_client: refresh token could not be mapped',
];

/** Of a grant that is refused: GitHub's bad_verification_code, Glewlwyd's invalid_code, Slack's code_already_used. */
const otherWords = / invalid_credentials$|^authorization_code (\w+_code|code_\w+)$/;

/**
 * What servers say where a person is needed, though the refresh token lives: OpenID Connect Core section 3.1.2.6; and Auth0,
 * with status 403: auth0.com/docs, "Multi-factor authentication and resource owner password".
 */
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
 * @param isEmpty - whether the answer has no body at all
 */
export function refusalOf(
  said: Refusal,
  details: OAuthErrorDetails,
  { purpose, deadRefreshToken = [] }: RefusedQuestion,
  isEmpty: boolean,
): AuthFlowError | undefined {
  const refusal = { ...said, error: said.error?.toLowerCase() }; // some write INVALID_GRANT
  const { error = '', isOAuth } = refusal;
  if (purpose === 'refresh_token') {
    if (wantsPerson(refusal, details)) return interactionRequired(details);
    if (isDead(refusal, deadRefreshToken)) return new InvalidRefreshTokenError(details);
    if (isEmpty ? details.status === 400 : isSuspect(refusal, details.status)) return suspectRefreshToken(details);
  }
  if (error === 'invalid_grant' || (isOAuth && otherWords.test(`${purpose} ${error}`))) {
    return new TokenRequestError({ ...details, code: 'INVALID_GRANT', ...ofGrant(purpose, undefined, '') });
  }
  if (!isOAuth) return undefined;
  if (/^(temporarily_unavailable|server_error)$/.test(error)) return unavailable(details);
  if (/^(invalid|unauthorized)_client$/.test(error)) return new ClientRejectedError(details);
  return details.status !== 401 || /scope|target|grant_type/.test(error) || purpose.endsWith(':device_code')
    ? new TokenRequestError(details)
    : new ClientRejectedError({ ...details, ...ofGrant(purpose) });
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

/** Tells whether a refusal means that this client may renew by no refresh token: only a new grant helps. */
export function mayNotRefresh(error: unknown): boolean {
  return error instanceof OAuthError && /^(unauthorized_client|unsupported_grant_type)$/.test(error.error ?? '');
}

function wantsPerson({ error }: Refusal, { suberror }: OAuthErrorDetails): boolean {
  if (error === 'invalid_grant') return suberror !== undefined && !deadSuberrors.has(suberror);
  return error !== undefined && needsPerson.has(error);
}

function isDead({ error = '', description = '' }: Refusal, ownWords: readonly string[]): boolean {
  const said = `${error}: ${description}`.toLowerCase();
  return [...knownWords, ...ownWords].some((each) => {
    const words = each.toLowerCase();
    return words.includes(': ') ? said.startsWith(words) : words === error;
  });
}

function isSuspect({ error = '', isOAuth }: Refusal, status: number): boolean {
  return [400, 403, 404].includes(status) && isOAuth && errorCode.test(error) && !blamesOther.test(error);
}

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
