import { type AccessTokenOptions, type Call, readCall } from '../options/access-token-options.js';
import type { AuthFlowOptions, FlowOptions } from '../options/flow-options.js';
import { checkOptions } from './check-options.js';
import { systemClock } from '../platform/clock.js';
import type { RunOutcome } from '../renewal/credential-state.js';
import { defaultKey } from '../options/default-key.js';
import { createDpopKey } from '../crypto/dpop-proof.js';
import {
  AuthFlowError,
  InvalidRefreshTokenError,
  LockLostError,
  LoginRequiredError,
  NoAccessTokenError,
  NoTokensError,
  StorageConflictError,
} from '../errors/index.js';
import { isFresh, secondsLeft } from '../tokens/expiry.js';
import { FlowEvents, summarize } from '../tokens/flow-events.js';
import { assembleParts, type FlowParts } from '../renewal/flow-parts.js';
import { hasMoved } from '../tokens/generation.js';
import { grantParameters } from '../options/grant-parameters.js';
import type { HeldLock, LockOptions } from '../storage/lock.js';
import { type AuthorizeContext, beginLogin, joinLogin, logIn } from '../renewal/login.js';
import { logOut } from '../renewal/logout.js';
import { mergeAnswer } from '../tokens/merge.js';
import { warnOfMissingLock } from './own-hooks.js';
import type { OAuthClient } from '../server/oauth-client.js';
import { AuthorizationServer } from '../server/authorization-server.js';
import { scrubError } from '../errors/scrub.js';
import { TokenSet } from '../tokens/token-set.js';
import { TokenUse } from './token-use.js';
import { unlessAborted } from '../platform/waiting.js';
import { cold, keepWarm } from '../renewal/warm-token.js';

/**
 * Gives a valid access token, however many callers, processes and hosts ask for it. A subclass says where tokens live
 * (`loadTokens`, `saveTokens`) and how the first one is obtained (`authorize`).
 * @group Start here
 */
export abstract class AuthFlow extends TokenUse {
  /** Tells what happens to the tokens. No event holds a secret. */
  readonly events: FlowEvents = new FlowEvents();
  readonly #options: AuthFlowOptions;
  readonly #protocol: AuthorizationServer;
  #key: string | undefined;
  #lazyParts: FlowParts | undefined;
  #client: OAuthClient | undefined;
  #warm = cold;
  /** What all callers without options wait for who came while nothing was warm. */
  #plainCall: Promise<string> | undefined;

  /** @throws TypeError for a missing or malformed option; InsecureTransportError. Does no I/O. */
  constructor(options: AuthFlowOptions | FlowOptions) {
    super();
    this.#options = options as AuthFlowOptions;
    checkOptions(this.#options, this.needsServer);
    if (this.needsServer && this.withLock === AuthFlow.prototype.withLock) warnOfMissingLock(this.#options);
    this.#protocol = AuthorizationServer.of(this.#options);
  }

  /**
   * Excludes all others who use these tokens while `task` runs; by the option `lock`, else in this process only.
   * @group Hooks to override
   */
  protected withLock<T>(task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const { lock } = this.#options;
    const chosen = lock === undefined || lock === 'process' ? this.#parts.credential.processLock : lock;
    return chosen.withLock(this.key, task, options);
  }

  /** Where the tokens live. Flows of one place and key share their tokens in a process. @group Hooks to override */
  protected get credentialPlace(): string | object | undefined {
    return this.#options.key === undefined ? undefined : this.constructor;
  }

  /** Names the credential in its storage; hooks of your own that hold several accounts store each under its key. */
  get key(): string {
    return (this.#key ??= this.#options.key ?? defaultKey(this.#options));
  }

  /** The options as given. @group For use in subclasses */
  protected override get options(): AuthFlowOptions {
    return this.#options;
  }

  protected override get heldTokens(): TokenSet | undefined {
    return this.#parts.credential.tokens;
  }

  /** Seconds that the access token has left, computed at each read: negative after its end, `Infinity` if unknown. */
  get ttl(): number {
    return secondsLeft(this.tokens, this.#now());
  }

  /**
   * Returns an access token with more than the threshold left: from memory, else from storage, else renewed, else
   * newly requested. While the token is fresh this costs what a memory read costs.
   *
   * @throws LoginRequiredError, or a subclass, when somebody must log in. TokenEndpointUnavailableError,
   * RefreshOutcomeUnknownError, StorageUnavailableError, LockTimeoutError when it may work later; never while the
   * present token is still valid. ClientRejectedError, TokenRequestError, LockUnavailableError when it will not.
   */
  override getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    if (options) return this.#getAccessToken(options);
    const { credential, tokens, until, answer } = this.#warm;
    if (tokens === credential.tokens && this.#now() <= until) return answer;
    return (this.#plainCall ??= this.#getAccessToken({}).finally(() => (this.#plainCall = undefined)));
  }

  async #getAccessToken(options: AccessTokenOptions): Promise<string> {
    const { callers, credential, renewsAhead } = this.#parts;
    const { signal, interactive = false, noAutoRefresh = false } = options;
    const { autoRefreshThreshold: threshold } = this.#options;
    const call = readCall(options, threshold, this.#now());
    let tokens: TokenSet;
    try {
      tokens = await unlessAborted(signal, () => (noAutoRefresh ? this.#asStored() : callers.serve(call)));
    } catch (error) {
      if (!interactive || !this.interactive || !(error instanceof LoginRequiredError)) throw error;
      tokens = await this.logIn({ signal });
    }
    if (tokens.accessToken === undefined) throw new NoAccessTokenError();
    const isWarm = this.#warm.tokens === tokens || credential.unsaved || credential.tokens !== tokens;
    if (!isWarm && callers.accepts(tokens, { ...call, threshold })) {
      this.#warm = keepWarm(credential, tokens, { threshold, ahead: renewsAhead(tokens) });
    }
    return tokens.accessToken;
  }

  async #asStored(): Promise<TokenSet> {
    const { tokens, unsaved } = this.#parts.credential;
    if (tokens && (unsaved || isFresh(tokens, this.#now()))) return tokens;
    return (await this.reload()) ?? Promise.reject(new NoTokensError());
  }

  /** Reads what is stored into memory, to notice a login or logout elsewhere at once; `undefined` when nothing is. */
  override async reload(): Promise<TokenSet | undefined> {
    const { credential, keeper } = this.#parts;
    return credential.unsaved?.tokens ?? (await keeper.load()).tokens;
  }

  /** Renews now, unless another process has just done so. @throws as `getAccessTokenRefreshIfNecessary` */
  refresh({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    const began = this.#now();
    return unlessAborted(signal, async () => {
      const rejected = (await this.reload())?.accessToken;
      return this.#parts.callers.serve({ threshold: this.#options.autoRefreshThreshold, rejected, began });
    });
  }

  async #run(call: Call): Promise<RunOutcome> {
    try {
      return await this.#renew(call).catch((error: unknown) => {
        if (error instanceof LockLostError) return this.#renew(call);
        throw error;
      });
    } catch (error) {
      this.#parts.steps.tellFailure(error, call);
      throw error;
    }
  }

  /** The renewal, for which every other caller waits. */
  async #renew(call: Call): Promise<RunOutcome> {
    const { credential, keeper, steps } = this.#parts;
    if (!credential.unsaved) {
      const { outcome, stored } = await steps.look(call);
      if (outcome) return outcome;
      this.#assertPossible(stored.tokens);
    }
    const client = this.needsServer ? await this.#protocol.prepareRenewal() : undefined; // all that can fail before
    const renew = async (lock: HeldLock): Promise<RunOutcome> => {
      await keeper.saveUnsaved(lock);
      return this.#renewLocked(client, lock, call);
    };
    return keeper.locked(renew, { ...(call.isAhead && { timeout: 0 }), lookAgain: () => steps.lookAgain(call) });
  }

  async #renewLocked(client: OAuthClient | undefined, lock: HeldLock, call: Call): Promise<RunOutcome> {
    const { credential, keeper, steps } = this.#parts;
    const { outcome, stored } = await steps.look(call);
    if (outcome) return outcome;
    this.#assertPossible(stored.tokens);
    const redeemed = steps.obstacle(stored.tokens) ? undefined : stored.tokens;
    try {
      if (client && redeemed) return await steps.redeem(client, stored, redeemed, lock);
      const requestedAt = this.#now();
      this.#client = client;
      const tokens = await this.authorize({ signal: lock.signal, previous: stored.tokens });
      const authorized = await steps.saveNew(tokens, stored, lock, requestedAt);
      if (tokens.accessToken !== undefined) return authorized;
      return await this.#renewLocked(client, lock, call); // a bare refresh token is redeemed
    } catch (error) {
      if (lock.signal.aborted && !(error instanceof AuthFlowError))
        throw new LockLostError({ cause: scrubError(error) });
      if (error instanceof StorageConflictError) return await steps.yield(call, error);
      if (!(error instanceof InvalidRefreshTokenError) || !redeemed) throw error;
      const found = await keeper.load();
      const moved = found.tokens && hasMoved(found.tokens, redeemed);
      if (!moved) credential.refused = redeemed.refreshToken;
      const isDead = !moved && this.interactive && (await keeper.noteRefused(found, lock));
      if (!isDead) return await this.#renewLocked(client, lock, call);
      throw error;
    } finally {
      this.#client = undefined;
    }
  }

  #assertPossible(tokens: TokenSet | undefined): void {
    const obstacle = this.interactive ? this.#parts.steps.obstacle(tokens) : undefined;
    if (obstacle) throw obstacle;
  }

  /**
   * Requests tokens by a grant: for new flows, from within `authorize`. The options `scope`, `audience`, `resource`
   * and `parameters` are sent too; parameters given here win, and `undefined` leaves one out.
   *
   * @throws as `getAccessTokenRefreshIfNecessary`
   * @group For use in subclasses
   */
  protected async requestTokens(
    grantType: string,
    parameters: Readonly<Record<string, string | undefined>> = {},
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<TokenSet> {
    const client = await this.prepareClient();
    const dpopKey = this.#options.dpop ? await createDpopKey() : undefined;
    const form = grantParameters(this.#options, parameters);
    const answer = await client.requestTokens(grantType, form, { signal, dpopKey });
    this.#parts.steps.validate(answer);
    const tokens = mergeAnswer(answer.body, answer.sentAt);
    return dpopKey ? tokens.boundTo(dpopKey) : tokens;
  }

  /** @internal */
  protected override async prepareClient(): Promise<OAuthClient> {
    if (!this.needsServer) throw new TypeError(`${this.constructor.name} has no authorization server to ask.`);
    return this.#client ?? this.#protocol.prepare();
  }

  /**
   * Logs in: by `authorize`, once for all who ask at the same time; or by a `step` of your own, each time. The lock is
   * not held while a person is busy; it is taken before, to see that the tokens can be saved, and after, to save them.
   *
   * @throws what the step throws, StorageUnavailableError, LockTimeoutError, LockUnavailableError
   * @group For use in subclasses
   */
  protected logIn(
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
    step?: (context: AuthorizeContext) => Promise<TokenSet>,
  ): Promise<TokenSet> {
    const { credential, keeper } = this.#parts;
    const began = this.#now();
    const start = async (aborted: AbortSignal): Promise<TokenSet> => {
      const { scope } = this.#options;
      const tokens = await logIn(keeper, step ?? ((context) => this.authorize(context)), { scope }, aborted);
      const duration = (this.#now() - began) / 1000;
      this.events.emit('authorized', { key: this.key, tokens: summarize(tokens), duration });
      return tokens;
    };
    return step ? beginLogin(start, signal) : joinLogin(credential, start, signal);
  }

  /**
   * Saves tokens from elsewhere, whatever is stored: an export (`tokens.toJSON()`), or what else `TokenSet.from` reads;
   * `{ refresh_token }` alone is redeemed by the next call. The scopes asked for are taken to be in them.
   *
   * @throws TypeError for what holds no token; StorageUnavailableError and the errors of the lock
   */
  async importTokens(tokens: object, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    const step = (): Promise<TokenSet> => Promise.resolve(imported);
    const imported = TokenSet.from(tokens, this.#now());
    const { scope } = this.#options;
    return beginLogin((aborted) => logIn(this.#parts.keeper, step, { scope, reason: 'import' }, aborted), signal);
  }

  /**
   * Logs out: revokes the tokens where the server can, and deletes them in any case. Other processes notice at their
   * next renewal.
   *
   * @throws RevocationFailedError after the deletion, when the server did not confirm; StorageUnavailableError and the
   * errors of the lock, when nothing was done; TypeError for hooks of your own without `deleteTokens`.
   */
  async logout({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.assertDeletable();
    const { keeper, credential } = this.#parts;
    const work = () => logOut(keeper, credential, this.#protocol, this.#options.timeout);
    const failure = await unlessAborted(signal, work);
    if (failure) throw failure;
  }

  /** Keeps options and tokens out of what is printed. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.constructor.name}(${this.key})`;
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now();
  }

  get #parts(): FlowParts {
    return (this.#lazyParts ??= assembleParts({
      key: this.key,
      place: this.credentialPlace,
      flowClass: this.constructor,
      options: this.#options,
      events: this.events,
      interactive: this.interactive,
      run: (call) => this.#run(call),
      hooks: {
        load: () => this.loadTokens(),
        save: (tokens, context) => this.saveTokens(tokens, context),
        delete: (context) => this.deleteTokens(context),
        withLock: (task, options) => this.withLock(task, options),
      },
    }));
  }
}
