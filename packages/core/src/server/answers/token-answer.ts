import { type OAuthErrorDetails, RefreshOutcomeUnknownError, TokenRequestError } from '../../errors/index.js';
import { type Question, readTokenAnswer } from '../endpoint-answer.js';
import { isSuccess } from '../http-exchange.js';
import type { UnreadAnswer } from '../../tokens/unread-answer.js';
import type { TranslatedAnswer } from './translated-answer.js';
import { type AskedBy, keepBehind, namesTokens, refreshTokensNamed, unreadFrom } from './unread-answer.js';
import { isFilledText } from '../../platform/json-values.js';

/** What an answer of the token endpoint says, in OAuth's names. */
export interface ReadAnswer {
  /** The body of a success: it has an `access_token` or a `refresh_token`. */
  readonly body: Record<string, unknown>;
  /** What is wrong with it beside the tokens. */
  readonly problem: Error | undefined;
  /** The answer as it came, where it names a refresh token that the body lacks: it may be the only one that lives. */
  readonly unread: UnreadAnswer | undefined;
}

/**
 * Reads an answer as the dialect translated it; where that brought no token, by OAuth's names as it came.
 *
 * @throws as {@link readTokenAnswer}; behind the error, what came is kept where it may hold tokens
 */
export function readTranslated(translated: TranslatedAnswer, question: Question, asked: AskedBy): ReadAnswer {
  const { answer, raw, problem } = translated;
  if (!raw) return { body: readTokenAnswer(answer, question), problem, unread: undefined };
  const read = attempt(() => readTokenAnswer(answer, question));
  const unread = unreadFrom(raw, question.purpose, asked);
  const isWhole = isFilledText(read.body?.['access_token']) || (read.body && question.purpose === 'refresh_token');
  if (read.body && isWhole) {
    return { body: read.body, problem, unread: lacksRefreshToken(read.body, raw.text) ? unread : undefined };
  }
  const { body } = answer !== raw && isSuccess(raw.status) ? attempt(() => readTokenAnswer(raw, question)) : {};
  if (body) return { body, problem: new Error('dialect.answer left no token of an answer that has one.'), unread };
  if (unread && namesTokens(raw.text)) throw keepBehind(notUnderstood(raw.status, question.purpose, problem), unread);
  if (read.body) return { body: read.body, problem, unread };
  throw unread && saysNothing(read.error) ? keepBehind(read.error, unread) : read.error;
}

function attempt<T>(run: () => T): { readonly body?: T; readonly error?: unknown } {
  try {
    return { body: run() };
  } catch (error) {
    return { error };
  }
}

function lacksRefreshToken(body: Record<string, unknown>, text: string): boolean {
  const named = refreshTokensNamed(text);
  return named.length > 0 && !named.includes(String(body['refresh_token']));
}

/** Whether an error comes of a success in which nothing of use was found. */
function saysNothing(error: unknown): error is Error {
  return (
    error instanceof RefreshOutcomeUnknownError ||
    (error instanceof TokenRequestError && error.code === 'TOKEN_ANSWER_INVALID')
  );
}

function notUnderstood(status: number, purpose: string, cause: Error | undefined): Error {
  const details = { ...aboutUnread(status), cause };
  return purpose === 'refresh_token' ? new RefreshOutcomeUnknownError(details) : new TokenRequestError(details);
}

/** What to say of an answer that names tokens in words which the dialect did not translate. */
export function aboutUnread(status: number): OAuthErrorDetails {
  return {
    status,
    code: 'TOKEN_ANSWER_UNREAD',
    message: 'The token endpoint answered with tokens in words of its own, and dialect.answer did not translate them.',
    remedy:
      'Mend dialect.answer: the answer to a login or a renewal was kept with the record, and is read at the next call. Or log in again.',
  };
}
