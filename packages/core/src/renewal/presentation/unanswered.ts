import { hasMoved } from '../../tokens/generation.js';
import type { Suspected, Unanswered } from '../../tokens/token-record.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { CredentialState } from '../credential-state.js';

/** What this process knows of a refresh token beside what the record says. */
export type Known = Pick<CredentialState, 'refused' | 'unanswered' | 'suspected'>;

/** Returns when a refresh token that got no answer is presented again, in ms; `undefined` when none is outstanding. */
export function presentedAgainAt(tokens: TokenSet, known: Known, now: number): number | undefined {
  const { until } = unansweredOf(tokens, known) ?? {};
  return until === undefined || isAhead(until, now) ? until : now;
}

/** Milliseconds for which a refresh token is not presented, at most. */
export const longestPause = 60_000;

/** Whether a pause is not over. One that ends over a minute ahead was noted by another clock. */
export function isAhead(until: number, now: number): boolean {
  return until > now && until - now <= longestPause;
}

/**
 * Storage may know of more than this process, or of less where it could not be written. An answer in between, by which a
 * server may leave the refresh token as it is or refuse it, ends what is known.
 */
export function unansweredOf(tokens: TokenSet, { unanswered, refused }: Known): Unanswered | undefined {
  const isRefused = tokens.stamp?.refused ?? (refused && !hasMoved(tokens, refused.tokens));
  return isRefused ? undefined : later(tokens, tokens.stamp?.unanswered, unanswered);
}

/** As {@link unansweredOf}, of a refresh token that was refused in words that may mean something else. */
export function suspectedOf(tokens: TokenSet, { suspected }: Known): Suspected | undefined {
  return later(tokens, tokens.stamp?.suspected, suspected);
}

function later<Note extends Unanswered>(
  tokens: TokenSet,
  stored: Note | undefined,
  known: (Note & { readonly tokens: TokenSet }) | undefined,
): Note | undefined {
  if (!known || hasMoved(tokens, known.tokens)) return stored;
  return stored && stored.times > known.times ? stored : known;
}
