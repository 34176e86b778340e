import { siblingOf } from './account-sibling.js';
import { AuthFlow } from './auth-flow.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { checkMethods } from './check-options.js';
import type { HeldLock, Lock, LockOptions } from '../storage/lock.js';
import { MemoryTokenStorage } from '../storage/memory-token-storage.js';
import { assertDeletable, lockBeside, overridesHooks, warnOfMissingLock } from './own-hooks.js';
import { lazyPart } from '../platform/lazy-part.js';
import { scopeSet, unionOfScopes } from '../tokens/scope.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { DeleteContext, SaveContext, TokenStorage } from '../storage/token-storage.js';

/** What only a fetch that may ask a person needs. */
const loadSteppingUp = lazyPart(() => import('./stepping-up.js'));

/** Options of a flow with a storage. @group Options */
export interface StoredAuthFlowOptions extends AuthFlowOptions {
  /**
   * Where tokens are kept. Set it so that they outlive the program, or processes share them.
   *
   * @defaultValue in memory, for as long as the flow lives
   */
  readonly storage?: TokenStorage | undefined;
}

/** Returns options as they are, once it is sure that they name a storage: not all who call have types. */
export function requireStorage<Options extends StoredAuthFlowOptions>(options: Options): Options {
  if (options.storage) return options;
  throw new TypeError('The option storage is missing: say where the tokens are kept.');
}

/**
 * An auth flow whose tokens are in a storage. Extend it for a new grant, by `authorize`; or extend one of the flows
 * below it and override `loadTokens` and `saveTokens` to keep tokens in a place of your own.
 *
 * @example
 * ```ts
 * import { StoredAuthFlow, type TokenSet } from '@latchkey/core';
 *
 * class MagicLinkFlow extends StoredAuthFlow {
 *   protected override readonly interactive = false;
 *   protected override get credentialKind(): string {
 *     return 'login'; // a person's, which is kept until it ends
 *   }
 *   protected override authorize(): Promise<TokenSet> {
 *     const parameters = { link: 'from the mail' };
 *     return this.requestTokens('urn:example:magic-link', parameters);
 *   }
 * }
 * ```
 * @group Write your own flow
 */
export abstract class StoredAuthFlow extends AuthFlow {
  /** @internal */
  static readonly isBuiltFromOptions: boolean = true;

  readonly #storage: TokenStorage | undefined;

  /** @throws TypeError also when a subclass overrides only one of `loadTokens` and `saveTokens` */
  constructor(options: StoredAuthFlowOptions) {
    super(options);
    const ownHooks = overridesHooks(this, StoredAuthFlow.prototype);
    if (options.storage !== undefined) checkMethods('storage', options.storage, ['load', 'save', 'delete', 'withLock']);
    this.#storage = options.storage ?? (ownHooks ? undefined : new MemoryTokenStorage());
    if (!this.#storage && this.withLock === StoredAuthFlow.prototype.withLock) warnOfMissingLock(options);
  }

  /** The storage. @throws TypeError for a subclass with hooks of its own and no storage @group For use in subclasses */
  protected get storage(): TokenStorage {
    if (this.#storage) return this.#storage;
    throw new TypeError(
      `${this.constructor.name} has storage hooks of its own, and no storage: give the option storage, or override withAccount.`,
    );
  }

  protected override get options(): StoredAuthFlowOptions {
    return super.options;
  }

  protected override get credentialPlace(): string | object | undefined {
    return this.#storage?.id ?? super.credentialPlace;
  }

  protected override loadTokens(): Promise<TokenSet | undefined> {
    return this.storage.load(this.key);
  }

  protected override saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    return this.storage.save(this.key, tokens, context);
  }

  protected override deleteTokens(context: DeleteContext): Promise<void> {
    if (!this.#storage) return super.deleteTokens(context);
    return this.#storage.delete(this.key, context);
  }

  protected override assertDeletable(): void {
    if (!this.#storage) assertDeletable(this, StoredAuthFlow.prototype);
  }

  protected override withLock<T>(task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    if (this.options.lock || !this.#storage) return super.withLock(task, options);
    return this.#storage.withLock(this.key, task, options);
  }

  protected override get loginLock(): Lock | undefined {
    return lockBeside(this, StoredAuthFlow.prototype, this.options.lock ?? this.#storage);
  }

  /**
   * Returns a flow like this one that wants further scopes, for a step-up: for a login, those of this flow and `scope`; it
   * finds the same login, and its login asks for what is stored too, so that others go on with the wider token. For the grant of a
   * program, exactly those in `scope`. It logs in by `doFlow`, or with `interactive`, and else throws `SCOPE_MISSING`.
   *
   * A subclass with `#private` members of its own overrides it, as `withAccount`.
   *
   * @param scope - scopes, separated by spaces, such as `explainResponse` gives
   * @throws TypeError for none
   */
  withScope(scope: string): this {
    if (typeof scope !== 'string' || scope.trim() === '') throw new TypeError('scope must be a non-empty string.');
    const { key } = this.options;
    const own =
      this.credentialKind === 'login'
        ? { scope: unionOfScopes(this.options.scope, scope) }
        : { scope, key: key && `${key} ${encodeURIComponent(scopeSet(scope))}` };
    return this.#sibling({ ...own, storage: this.#storage });
  }

  /**
   * `fetch` as a function of its own, to give to an API client.
   *
   * With `interactive`, a flow that needs a person logs in where there is no usable token, and asks for more scopes where the
   * API says `insufficient_scope` (a step-up, by `withScope`), twice for a request at most. The request is sent again, so a body that is
   * a stream brings no login, nor does a `Request` with a body.
   */
  override asFetch({ interactive = false }: { readonly interactive?: boolean | undefined } = {}): typeof fetch {
    if (!interactive || !this.interactive) return super.asFetch();
    return async (input, init) => (await loadSteppingUp()).fetchSteppingUp(this, input, init);
  }

  /**
   * Returns a flow for another user or tenant. It shares storage, server metadata and connections with this one, so
   * that one process can hold very many. Its events reach the listeners of this flow too, with their `account`.
   *
   * A subclass with `#private` members of its own overrides this and `withScope`; one with hooks of its own and no storage, this.
   *
   * @throws TypeError for hooks of one's own without a storage, which would keep all accounts in one place
   */
  withAccount(account: string): this {
    if (typeof account !== 'string' || account === '') throw new TypeError('account must be a non-empty string.');
    const { storage } = this;
    const { key } = this.options;
    return this.#sibling({ account, key: key && [key, encodeURIComponent(account)].join(' '), storage });
  }

  #sibling(own: object): this {
    const origin = { server: this.server, events: this.events };
    const options = Object.assign({}, this.options, own); // by spreads, Node 20 gives each a hidden class of its own
    return siblingOf(this, options, { origin, ownFields: ['events'] });
  }
}
