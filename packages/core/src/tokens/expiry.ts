import type { TokenSet } from './token-set.js';

/** Returns the seconds that the access token is still good for at `now` (ms); `Infinity` when its end is unknown. */
export function secondsLeft(tokens: TokenSet, now: number): number {
  return tokens.expiresAt === undefined ? Infinity : (tokens.expiresAt.getTime() - now) / 1000;
}

/** Returns how many seconds before its end a token is renewed: 60, or a tenth of its lifetime when that is less. */
export function defaultThreshold(tokens: TokenSet): number {
  const lifetime = lifetimeOf(tokens);
  return lifetime === undefined ? 60 : Math.min(60, lifetime / 10);
}

/** Tells whether the access token can be used at all at `now` (ms). */
export function isValid(tokens: TokenSet, now: number): boolean {
  return tokens.accessToken !== undefined && secondsLeft(tokens, now) > 0;
}

/** Tells whether the access token is valid and has no less than `threshold` seconds left at `now` (ms). */
export function isFresh(tokens: TokenSet, now: number, threshold: number = defaultThreshold(tokens)): boolean {
  return isValid(tokens, now) && secondsLeft(tokens, now) >= threshold;
}

/**
 * Returns when to renew tokens ahead, in ms: when they have lived 80 % of their life, or up to 0.5 % of it earlier, the
 * same for all who hold them. Tokens that were issued together are then not renewed together. `Infinity` when their
 * life is unknown, or less than five seconds: a fifth of it is then less than the second to which times are rounded.
 */
export function dueAhead(tokens: TokenSet): number {
  const { expiresAt, generation = 0 } = tokens;
  const lifetime = lifetimeOf(tokens);
  if (!expiresAt || lifetime === undefined || lifetime < 5) return Infinity;
  const share = 0.2 + (0.005 * (generation % 1000)) / 1000;
  return expiresAt.getTime() - lifetime * 1000 * share;
}

/** Returns the lifetime of the access token in seconds; `undefined` when unknown. */
export function lifetimeOf({ expiresAt, issuedAt }: TokenSet): number | undefined {
  return expiresAt && issuedAt && Math.max(0, (expiresAt.getTime() - issuedAt.getTime()) / 1000);
}
