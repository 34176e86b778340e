import type { FlowSettings } from '../options/flow-settings.js';
import type { CredentialState } from './credential-state.js';
import { InvalidRefreshTokenError, LoginRequiredError, NoRefreshTokenError, NoTokensError } from '../errors/index.js';
import { hasMoved } from '../tokens/generation.js';
import { missingScopes } from '../tokens/scope.js';
import type { Unanswered } from '../tokens/token-record.js';
import type { TokenSet } from '../tokens/token-set.js';

/** Returns why tokens cannot be renewed by their refresh token, `undefined` when they can. */
export function whyNotRenewable(
  tokens: TokenSet | undefined,
  { refused, unanswered }: Pick<CredentialState, 'refused' | 'unanswered'>,
  { rotation, scope }: Pick<FlowSettings, 'rotation' | 'scope'>,
  now: number,
): LoginRequiredError | undefined {
  if (!tokens) return new NoTokensError();
  const missing = missingScopes(tokens, scope);
  if (missing.length > 0) {
    return new LoginRequiredError({
      code: 'SCOPE_MISSING',
      message: `The stored tokens lack the scope ${missing.join(' ')}.`,
      remedy: 'Log in again to grant it, or ask for fewer scopes.',
    });
  }
  const { refreshToken } = tokens;
  if (refreshToken === undefined) return new NoRefreshTokenError();
  if (refreshToken === refused || tokens.stamp?.refused) return new InvalidRefreshTokenError();
  if (mayPresent(unansweredOf(tokens, unanswered), rotation, now)) return undefined;
  return new InvalidRefreshTokenError({
    code: 'REFRESH_TOKEN_UNANSWERED',
    message: 'The refresh token was presented twice without an answer, so the server has most likely replaced it.',
  });
}

/**
 * Tells whether a refresh token may be presented that was presented before without an answer. Once more in any case:
 * a login that the server has moved on is lost either way, and one that it never saw is saved. As often as needed
 * inside the grace that the server gives.
 */
export function mayPresent(
  unanswered: Unanswered | undefined,
  rotation: FlowSettings['rotation'] = 'strict',
  now: number,
): boolean {
  if (!unanswered || unanswered.times < 2) return true;
  return rotation !== 'strict' && now - unanswered.since <= rotation.grace * 1000;
}

/** Counts one more presentation without an answer. */
export function countUnanswered(tokens: TokenSet, known: CredentialState['unanswered'], now: number): Unanswered {
  const { times, since } = unansweredOf(tokens, known) ?? { times: 0, since: now };
  return { times: times + 1, since };
}

/**
 * Storage may know of more than this process, or of less where it could not be written. An answer in between, by which a
 * server may leave the refresh token as it is, ends what is known.
 */
function unansweredOf(tokens: TokenSet, known: CredentialState['unanswered']): Unanswered | undefined {
  const stored = tokens.stamp?.unanswered;
  if (!known || hasMoved(tokens, known.tokens)) return stored;
  return stored && stored.times > known.times ? stored : known;
}
