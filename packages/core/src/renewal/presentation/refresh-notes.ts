import {
  InvalidRefreshTokenError,
  LoginRequiredError,
  NoRefreshTokenError,
  NoTokensError,
  OAuthError,
  RefreshOutcomeUnknownError,
  TokenRequestError,
} from '../../errors/index.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { suspectRefreshToken } from '../../server/refusals.js';
import { hasMoved } from '../../tokens/generation.js';
import { missingScopes } from '../../tokens/scope.js';
import type { Suspected, Unanswered } from '../../tokens/token-record.js';
import type { TokenSet } from '../../tokens/token-set.js';
import { rereadAnswer } from './kept-answer.js';
import { isAhead, type Known, longestPause, suspectedOf, unansweredOf } from './unanswered.js';

/** Returns why the refresh token is not redeemed, for good or for now; `undefined` when there is better, or no reason. */
export function whyNotRedeemed(
  tokens: TokenSet | undefined,
  known: Known,
  settings: FlowSettings,
): { readonly error: Error; readonly isOver: boolean } | undefined {
  const reread = tokens ? rereadAnswer(tokens, settings) : {};
  if (reread.tokens) return undefined;
  if (reread.error) return { error: reread.error, isOver: false };
  const obstacle = whyNotRenewable(tokens, known, settings.scope);
  const error = obstacle ?? (tokens && whyNotYet(tokens, known, settings.clock.now()));
  return error && { error, isOver: obstacle !== undefined };
}

/** Returns why tokens cannot be renewed by their refresh token until somebody logs in, `undefined` when they can. */
function whyNotRenewable(
  tokens: TokenSet | undefined,
  { refused }: Known,
  scope: string | undefined,
): OAuthError | undefined {
  if (!tokens) return new NoTokensError();
  const missing = missingScopes(tokens, scope);
  if (missing.length > 0) {
    return new LoginRequiredError({
      code: 'SCOPE_MISSING',
      message: `The stored tokens lack the scope ${missing.join(' ')}.`,
      remedy: 'Log in again to grant it, or ask for fewer scopes.',
    });
  }
  if (tokens.refreshToken === undefined) return new NoRefreshTokenError();
  if (refused && !hasMoved(tokens, refused.tokens)) return refused.error;
  return tokens.stamp?.refused && new InvalidRefreshTokenError();
}

/**
 * Returns why a refresh token is not presented now, but later: no answer came to it, or one that leaves open what it
 * means; `undefined` when it may be presented. A pause that ends over a minute ahead was noted by another clock.
 */
function whyNotYet(tokens: TokenSet, known: Known, now: number): OAuthError | undefined {
  const suspected = suspectedOf(tokens, known);
  if (suspected && isAhead(suspected.until, now)) return suspectedError(tokens, suspected);
  const unanswered = unansweredOf(tokens, known);
  if (!unanswered || !isAhead(unanswered.until, now)) return undefined;
  const seconds = Math.ceil((unanswered.until - now) / 1000);
  return new RefreshOutcomeUnknownError({
    message: `No answer came when the refresh token was last presented; it is presented again in ${seconds} s.`,
    retryAfter: seconds,
  });
}

/** The error for a refresh token that was refused in words that may mean something else. */
export function suspectedError(tokens: TokenSet, { error, description, status = 400 }: Suspected): OAuthError {
  const said = { status, error: error || undefined, errorDescription: description };
  if (tokens.stamp?.suspected_before === error) {
    return new TokenRequestError({
      ...said,
      remedy: 'A login did not change the answer, so it is the request: check scope, audience and parameters.',
    });
  }
  return suspectRefreshToken(said);
}

/** Notes one more presentation in vain: a pause of 1, 2, 4 s and so on, a minute at most, is never longer than it lasts. */
export function oneMore(before: Unanswered | undefined, now: number): Unanswered {
  const { times, since } = before ?? { times: 0, since: now };
  return { times: times + 1, since, until: now + Math.min(1000 * 2 ** times, longestPause) };
}
