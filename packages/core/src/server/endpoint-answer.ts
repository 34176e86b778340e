import {
  type AuthFlowError,
  ClientRejectedError,
  InvalidRefreshTokenError,
  LoginRequiredError,
  type OAuthErrorDetails,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
  TokenRequestError,
} from '../errors/index.js';
import type { HttpAnswer } from './http-exchange.js';
import { readRetryAfter } from './retry-after.js';
import { scrub } from '../errors/scrub.js';

/** What was asked of the token endpoint. */
export interface TokenQuestion {
  readonly grantType: string;
  /** What must not appear in an error, even if the server echoes it. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970, to read a `Retry-After` date. */
  readonly now: number;
}

/**
 * Decides what an answer of the token endpoint means (RFC 6749 sections 5.1 and 5.2): status first, then
 * tokens, then the OAuth error, then the status again.
 *
 * | answer | meaning |
 * | --- | --- |
 * | 408, 425, 429, 5xx, whatever the body says | `TokenEndpointUnavailableError`, with `retryAfter` |
 * | 2xx, JSON object with a token, whatever else | success |
 * | to a refresh: `invalid_grant`, or another word for a dead token | `InvalidRefreshTokenError` |
 * | to another grant: `invalid_grant` | `TokenRequestError`, code `INVALID_GRANT` |
 * | to a refresh: `interaction_required`, `login_required`, `consent_required` | `LoginRequiredError`, code `INTERACTION_REQUIRED` |
 * | `invalid_client`, `unauthorized_client` | `ClientRejectedError` |
 * | `temporarily_unavailable`, `server_error` | `TokenEndpointUnavailableError` |
 * | any other OAuth error | `TokenRequestError` |
 * | 2xx without any of these, to a refresh: nothing, HTML, a list, torn JSON | `RefreshOutcomeUnknownError` |
 * | 2xx without any of these, to another grant | `TokenRequestError`, code `TOKEN_ANSWER_INVALID` |
 * | 401, 403 without an OAuth error: nothing, HTML | `ClientRejectedError` |
 * | 3xx, other 4xx without an OAuth error: nothing, HTML, a list | `TokenRequestError` |
 *
 * @returns the body of a success: an object with an `access_token` or a `refresh_token`.
 */
export function readTokenAnswer(answer: HttpAnswer, question: TokenQuestion): Record<string, unknown> {
  const { status } = answer;
  if (isTransient(status)) throw unavailable(answer, question, `status ${status}`);
  const body = readObject(answer.text);
  if (isSuccess(status) && body && (isToken(body['access_token']) || isToken(body['refresh_token']))) return body;
  if (isToken(body?.['error'])) throw refusal(answer, question, body);
  if (isSuccess(status)) throw noTokenInside(answer, question);
  if (status === 401 || status === 403) throw new ClientRejectedError({ status });
  throw new TokenRequestError({ status });
}

/**
 * Reads the answer of an endpoint other than the token endpoint, by the same rules.
 *
 * @returns the body of a success: an object
 */
export function readEndpointAnswer(answer: HttpAnswer, question: TokenQuestion): Record<string, unknown> {
  const { status } = answer;
  if (isTransient(status)) throw unavailable(answer, question, `status ${status}`);
  const body = readObject(answer.text);
  if (isSuccess(status) && body) return body;
  if (!isSuccess(status) && isToken(body?.['error'])) throw refusal(answer, question, body);
  if (status === 401 || status === 403) throw new ClientRejectedError({ status });
  throw new TokenRequestError({ status });
}

/** Takes from an error answer what may be told: printable, short, and without what the server echoes of secrets. */
export function readRefusal(
  status: number,
  body: Record<string, unknown> | undefined,
  secrets: readonly string[],
): OAuthErrorDetails {
  const tokens = [body?.['access_token'], body?.['refresh_token'], body?.['id_token']].filter(isToken);
  const hidden = [...secrets, ...tokens];
  return {
    status,
    error: printable(body?.['error'], 100, hidden),
    errorDescription: printable(body?.['error_description'], 500, hidden),
  };
}

/** What may be told of a server's text: so many characters of it, none for control, and no secret. */
export function printable(value: unknown, length: number, secrets: readonly string[]): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return scrub(onOneLine(value.slice(0, length)), [...secrets, ...secrets.map(onOneLine)]);
}

/** Control characters and line separators could forge lines in a log; RFC 6749 section 5.2 allows none. */
function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}

/** What servers say of a refresh token that has ended, or that they do not know. */
const wordsForDead = new Set([
  'invalid_grant', // RFC 6749 section 5.2
  'bad_refresh_token', // GitHub, with status 200
  'invalid_refresh_token', // Slack, with status 200
  'invalid_token', // Cloud Foundry and others that use RFC 6750's word
  'token_expired',
  'expired_token',
  'token_revoked',
]);

/** What servers say where a person is needed, though the refresh token lives (OpenID Connect Core section 3.1.2.6). */
const wordsForPerson = new Set(['interaction_required', 'login_required', 'consent_required']);

function refusal(answer: HttpAnswer, question: TokenQuestion, body: Record<string, unknown>): AuthFlowError {
  const details = readRefusal(answer.status, body, question.secrets);
  const isRefresh = question.grantType === 'refresh_token';
  if (isRefresh && wordsForDead.has(String(body['error']))) return new InvalidRefreshTokenError();
  if (isRefresh && wordsForPerson.has(String(body['error']))) {
    return new LoginRequiredError({
      code: 'INTERACTION_REQUIRED',
      message: `The authorization server wants a person to log in again (${[details.error, details.errorDescription].filter(Boolean).join(', ')}).`,
    });
  }
  switch (body['error']) {
    case 'invalid_grant':
      return new TokenRequestError({ ...details, code: 'INVALID_GRANT', ...remedyOf(question.grantType) });
    case 'invalid_client':
    case 'unauthorized_client':
      return new ClientRejectedError(details);
    case 'temporarily_unavailable':
    case 'server_error':
      return unavailable(answer, question, details.error);
    default:
      return new TokenRequestError(details);
  }
}

const remedies: Readonly<Record<string, string>> = {
  authorization_code:
    'Start the login again: a code is good once, for a short time, and for the redirect URI that it was asked for.',
  password: 'Check user name and password. Nothing that is stored was changed.',
  'urn:ietf:params:oauth:grant-type:jwt-bearer':
    'Check issuer, subject, audience and key of the assertion, and the clock of this machine.',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'Get a new subject token: this one has ended or is refused.',
};

function remedyOf(grantType: string): { readonly remedy?: string } {
  const remedy = remedies[grantType];
  return remedy === undefined ? {} : { remedy };
}

function noTokenInside(answer: HttpAnswer, question: TokenQuestion): AuthFlowError {
  const message = `The token endpoint answered with status ${answer.status}, but its body holds no token.`;
  if (question.grantType === 'refresh_token') return new RefreshOutcomeUnknownError({ message });
  return new TokenRequestError({
    status: answer.status,
    code: 'TOKEN_ANSWER_INVALID',
    message,
    remedy: 'Check that the token endpoint is the right URL and that no proxy answers in its place.',
  });
}

/** Says that an endpoint cannot answer for now. */
export function unavailable(
  answer: HttpAnswer,
  question: Pick<TokenQuestion, 'now'>,
  why: string | undefined,
): AuthFlowError {
  return new TokenEndpointUnavailableError({
    message: `The authorization server cannot answer for now (${why ?? 'no reason given'}).`,
    status: answer.status,
    retryAfter: readRetryAfter(answer.headers.get('retry-after'), question.now),
  });
}

/** Tells whether a status says that it is done (RFC 9110 section 15.3). */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Tells whether a status says "later" (RFC 9110 section 15, RFC 6585 section 4, RFC 8470). */
export function isTransient(status: number): boolean {
  return status >= 500 || status === 429 || status === 425 || status === 408;
}

/** Parses text into an object; `undefined` for all else. */
export function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
