import type { TokenSet } from '../tokens/token-set.js';

/** Notes beside new tokens which scopes were asked for. */
export function askedFor(scope: string | undefined, tokens: TokenSet): TokenSet {
  return scope === undefined ? tokens : tokens.withStamp({ ...tokens.stamp, requested_scope: scope });
}
