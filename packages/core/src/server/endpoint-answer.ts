import {
  type AuthFlowError,
  ClientRejectedError,
  type OAuthErrorDetails,
  RefreshOutcomeUnknownError,
  TokenRequestError,
} from '../errors/index.js';
import { readBody, readObject, tokensIn } from './answers/answer-body.js';
import { printable, readDetails, secretsIn } from './answers/answer-details.js';
import { aboutRedirect } from './answers/redirect-answer.js';
import { tokenNamesIn } from './answers/unread-answer.js';
import { readRefusal } from './answers/refusal-words.js';
import { type HttpAnswer, isSuccess } from './http-exchange.js';
import { ofGrant, refusalOf, unavailable } from './refusals.js';
import { isFilledText } from '../platform/json-values.js';

/** What was asked of an endpoint. */
export interface Question {
  /** The grant type; of other endpoints as the dialect's `TokenRequest` names it, or `userinfo`. */
  readonly purpose: string;
  /** What must not appear in an error, even if the server echoes it. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970, to read a `Retry-After` date. */
  readonly now: number;
  /** Further words of the server for a refresh token that has ended. */
  readonly deadRefreshToken?: readonly string[] | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Decides what an answer of the token endpoint means (RFC 6749 sections 5.1 and 5.2): status first, then
 * tokens, then the OAuth error, then the status again; docs/server-answers.md has each case.
 *
 * @returns the body of a success: an object with an `access_token` or a `refresh_token`.
 */
export function readTokenAnswer(answer: HttpAnswer, question: Question): Record<string, unknown> {
  const body = readBody(answer.text);
  const granted = isSuccess(answer.status) ? tokensIn(body) : undefined;
  if (granted) return { ...granted, ...cleanScope(granted, question.secrets) };
  throw refusalIn(answer, body, question, noTokenInside);
}

/**
 * Reads the answer of an endpoint other than the token endpoint, by the same rules.
 *
 * @returns the body of a success: an object
 */
export function readEndpointAnswer(answer: HttpAnswer, question: Question): Record<string, unknown> {
  const body = readObject(answer.text);
  if (isSuccess(answer.status) && body) return body;
  throw refusalIn(answer, body, question, noObjectInside);
}

/** `withoutUse` says what a success means that holds nothing of use. */
function refusalIn(
  answer: HttpAnswer,
  body: Fields | undefined,
  question: Question,
  withoutUse: (details: OAuthErrorDetails, purpose: string, text: string) => AuthFlowError,
): AuthFlowError {
  const { status, text } = answer;
  const { purpose, secrets } = question;
  const details = detailsOf(answer, question, body);
  if (isTransient(status)) {
    const mayHaveActed = purpose === 'refresh_token' && status >= 500 && status !== 503;
    return unavailable({ ...details, ...(mayHaveActed && { remedy: RefreshOutcomeUnknownError.defaults.remedy }) });
  }
  const refusal = refusalOf(readRefusal(body), details, question, isWordless(answer, body));
  if (refusal) return refusal;
  if (isSuccess(status)) return withoutUse(details, purpose, text);
  if (status !== 401 && status !== 403) {
    return new TokenRequestError({ ...details, remedy: elsewhere, ...aboutRedirect(answer, secrets) });
  }
  return new ClientRejectedError({ ...details, ...ofGrant(purpose, isPage(text) ? elsewhere : undefined) });
}

const elsewhere = 'Check that this is the right URL, and that no proxy, firewall or gateway answers in its place.';

function isPage(text: string): boolean {
  return /^\s*<(!doctype|html|head|body)\b/i.test(text);
}

function noObjectInside(details: OAuthErrorDetails): AuthFlowError {
  const message = `The server answered with status ${details.status}, but its body is no JSON object.`;
  return new TokenRequestError({ ...details, message, remedy: elsewhere });
}

function noTokenInside(details: OAuthErrorDetails, purpose: string, text: string): AuthFlowError {
  const names = tokenNamesIn(text);
  const inWords = names === '' ? '' : ` in OAuth's words. What it has is called ${names}`;
  const message = `The token endpoint answered with status ${details.status}, but its body holds no token${inWords}.`;
  const remedy = names !== '' && { remedy: 'Translate the answers of this server by the option dialect.answer.' };
  const about = { ...details, message, ...remedy };
  if (purpose === 'refresh_token') return new RefreshOutcomeUnknownError(about);
  return new TokenRequestError({ remedy: elsewhere, ...about, code: 'TOKEN_ANSWER_INVALID' });
}

/** Takes from an answer what may be told: printable, short, and without what the server echoes of secrets or adds to them. */
export function detailsOf(
  { status, headers, text }: HttpAnswer,
  { secrets, now }: Pick<Question, 'secrets' | 'now'>,
  body = readBody(text),
): OAuthErrorDetails {
  const said = body ?? { title: isSuccess(status) ? undefined : wordsIn(text) };
  return { ...readDetails(status, said, secrets), retryAfter: readRetryAfter(headers.get('retry-after'), now) };
}

/** The title of a page, or a text, where it is words and nothing else, so that no token can stand in it. */
function wordsIn(text: string): string | undefined {
  const said = /<title>([^<]+)/i.exec(text)?.[1] ?? text;
  return /^\s*(?:\d{3}\s+)?((?:[^\s\d{<="]{1,20}(?:\s+|$)){2,})$/.exec(said)?.[1];
}

/** Whether an answer says no more than its status. Reddit's, of a refresh token that has ended, repeats that. */
function isWordless({ status, text }: HttpAnswer, body: Fields = {}): boolean {
  return text.trim() === '' || (body['error'] === status && /^bad request$/i.test(String(body['message'])));
}

/** Scopes are told by events and errors, so they are cleaned like all else that a server writes. */
function cleanScope(body: Fields, secrets: readonly string[]): { readonly scope?: string } {
  const { scope } = body;
  const text = Array.isArray(scope) ? scope.filter(isFilledText).join(' ') : scope;
  const cleaned = printable(text, 20_000, [...secrets, ...secretsIn(body)]);
  return cleaned === undefined ? {} : { scope: cleaned };
}

/** Reads `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3), into seconds. */
export function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Math.ceil(Number(value)); // Discord sends fractions
  const date = /[a-z]/i.test(value) ? Date.parse(value) : NaN; // Date.parse takes a bare number for a year
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** Tells whether a status says "later" (RFC 9110 section 15, RFC 6585 section 4, RFC 8470). */
export function isTransient(status: number): boolean {
  return status >= 500 || status === 429 || status === 425 || status === 408;
}
