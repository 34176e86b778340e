import type { DpopKey } from '../crypto/dpop-proof.js';
import type { TokenSet } from '../tokens/token-set.js';

/** Returns a token that is held. @throws an error of the given class where it is not */
export function required(token: string | undefined, Missing: new () => Error): string {
  if (token === undefined) throw new Missing();
  return token;
}

/** The key that an access token is bound to; a server may give unbound ones all the same. */
export function boundKey(tokens: TokenSet | undefined): DpopKey | undefined {
  return tokens?.tokenType.toLowerCase() === 'dpop' ? tokens.dpopKey : undefined;
}
