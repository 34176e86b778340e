import type { TokenSet } from './token-set.js';

/** When a token begins and ends. A token set makes a new Date at each look. */
type Times = Pick<TokenSet, 'expiresAt' | 'issuedAt'>;

/** Returns the seconds that the access token is still good for at `now` (ms); `Infinity` when its end is unknown. */
export function secondsLeft(tokens: TokenSet, now: number): number {
  return tokens.expiresAt === undefined ? Infinity : (tokens.expiresAt.getTime() - now) / 1000;
}

/** Returns how many seconds before its end a token is renewed: 60, or a tenth of its lifetime when that is less. */
export function defaultThreshold(times: Times): number {
  const lifetime = lifetimeOf(times);
  return lifetime === undefined ? 60 : Math.min(60, lifetime / 10);
}

/** Tells whether the access token can be used at all at `now` (ms). */
export function isValid(tokens: TokenSet, now: number): boolean {
  return tokens.accessToken !== undefined && secondsLeft(tokens, now) > 0;
}

/**
 * Returns until when, in ms, a valid token is not yet due for renewal: while it has no less than `threshold` seconds left.
 * Where no token lives for so long, a renewal cannot bring it, so that half of the life has to do.
 */
export function freshUntil({ expiresAt, issuedAt }: TokenSet, wanted?: number): number {
  const times = { expiresAt, issuedAt };
  const [end, lifetime, threshold] = [
    expiresAt?.getTime() ?? Infinity,
    lifetimeOf(times),
    wanted ?? defaultThreshold(times),
  ];
  const isOutOfReach = lifetime !== undefined && threshold >= lifetime;
  return Math.min(end - 1, isOutOfReach ? end - lifetime * 500 - 1 : end - threshold * 1000);
}

/** Tells whether the access token is valid and not due for renewal at `now` (ms). */
export function isFresh(tokens: TokenSet, now: number, threshold?: number): boolean {
  return tokens.accessToken !== undefined && now <= freshUntil(tokens, threshold);
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
export function lifetimeOf({ expiresAt, issuedAt }: Times): number | undefined {
  return expiresAt && issuedAt && Math.max(0, (expiresAt.getTime() - issuedAt.getTime()) / 1000);
}

/**
 * Tells whether a login is about to end at `now` (ms): less than a tenth of the refresh token's life is left; or its end has
 * not moved with the last renewal, and comes before another is due.
 */
export function loginEndsSoon(tokens: TokenSet, now: number): boolean {
  const { refreshExpiresAt, refreshIssuedAt } = tokens;
  if (tokens.refreshToken === undefined || !refreshExpiresAt || !refreshIssuedAt) return false;
  const end = refreshExpiresAt.getTime();
  if (end - now < (end - refreshIssuedAt.getTime()) / 10) return true;
  const { issuedAt, expiresAt } = tokens;
  const isFixed = issuedAt !== undefined && refreshIssuedAt < issuedAt;
  return isFixed && expiresAt !== undefined && expiresAt.getTime() >= end;
}

/** Milliseconds for which a token without any life is given out again. */
const pause = 10_000;

/**
 * Tells whether a token whose answer said that it has no life, by which some servers mean "for ever", was issued only just
 * now: asking again would bring no better.
 */
export function isSpared(tokens: TokenSet, now: number): boolean {
  return lifetimeOf(tokens) === 0 && now < (tokens.issuedAt?.getTime() ?? 0) + pause;
}
