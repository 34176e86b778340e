import type { AuthorizeContext } from '../renewal/login.js';
import { assertDeletable } from './own-hooks.js';
import { TokenAccessors } from './token-accessors.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { DeleteContext, SaveContext } from '../storage/token-storage.js';

/**
 * What a subclass of `AuthFlow` fills in: where its tokens live, and how the first one is obtained.
 *
 * @group Write your own flow
 */
export abstract class FlowHooks extends TokenAccessors {
  /**
   * Reads the stored tokens; `undefined`, or a thrown NoTokensError, when there are none. An outage must throw.
   *
   * @group Hooks to override
   */
  protected abstract loadTokens(): Promise<TokenSet | undefined>;

  /**
   * Stores tokens durably before it resolves: a rotated refresh token exists nowhere else. `JSON.stringify(tokens)` is
   * the full record, which `TokenSet.from` reads back.
   *
   * @group Hooks to override
   */
  protected abstract saveTokens(tokens: TokenSet, context: SaveContext): Promise<void>;

  /**
   * Obtains new tokens by this flow's grant, usually through `requestTokens`. Tokens that are only a refresh token are
   * saved, and then redeemed.
   *
   * @group Hooks to override
   */
  protected abstract authorize(context: AuthorizeContext): Promise<TokenSet>;

  /**
   * Whether tokens come from an authorization server, so that the options must name it and the client.
   *
   * @group Hooks to override
   */
  protected get needsServer(): boolean {
    return true;
  }

  /** Whether `authorize` needs a person. @group Hooks to override */
  protected abstract readonly interactive: boolean;

  /**
   * The header by which `fetch` shows a token to an API. Its name is always the same: it is also asked for with an
   * empty token, to see whether a caller has set that header already.
   *
   * @defaultValue `authorization: Bearer …` (RFC 6750 section 2.1)
   * @group Hooks to override
   */
  protected tokenHeader(token: string): readonly [name: string, value: string] {
    return ['authorization', `Bearer ${token}`];
  }

  /**
   * Deletes the stored tokens. Hooks of your own need this one too before `logout` can work.
   *
   * @group Hooks to override
   */
  protected deleteTokens(_context: DeleteContext): Promise<void> {
    return Promise.reject(new TypeError(`${this.constructor.name} has no hook deleteTokens.`));
  }

  /** Throws a TypeError, before anything is done, when tokens cannot be deleted. @group Hooks to override */
  protected assertDeletable(): void {
    assertDeletable(this, FlowHooks.prototype);
  }
}
