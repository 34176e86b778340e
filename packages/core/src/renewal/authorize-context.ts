import type { TokenSet } from '../tokens/token-set.js';

/** What `authorize` is given. @group Write your own flow */
export interface AuthorizeContext {
  /** Fires when the lock was lost; of a login, when nobody waits any longer. Requests of your own need a time limit, too. */
  readonly signal: AbortSignal;
  /** The tokens before, if there are any. */
  readonly previous: TokenSet | undefined;
  /** @internal What was read before the lock; `undefined` where nothing was. */
  readonly sources?: unknown;
  /** @internal Why the previous tokens are not renewed. */
  readonly refusal?: Error | undefined;
}
