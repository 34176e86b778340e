import {
  LoginRequiredError,
  NoAccessTokenError,
  NoIdTokenError,
  NoRefreshTokenError,
  NoTokensError,
} from '../errors/index.js';
import { AuthorisedFetch, type TokenSource } from '../fetch/authorised-fetch.js';
import { loadUserInfo } from '../fetch/load-user-info.js';
import type { UserInfo } from '../fetch/user-info.js';
import { type AccessTokenOptions, readCall } from '../options/access-token-options.js';
import { defaultKey } from '../options/default-key.js';
import type { AuthFlowOptions, FlowOptions } from '../options/flow-options.js';
import { type FlowSettings, readOptions, settingsFor } from '../options/flow-settings.js';
import { lazyPart } from '../platform/lazy-part.js';
import { unlessAborted } from '../platform/waiting.js';
import type { AuthorizeContext } from '../renewal/authorize-context.js';
import { keepFresh, type KeptFresh } from '../renewal/keep-fresh.js';
import type { Logins } from '../renewal/login/logins.js';
import type { Unusable } from '../renewal/login/login-turn.js';
import type { StorageHooks } from '../renewal/storage-access.js';
import { cold } from '../renewal/warm-token.js';
import { AuthorizationServer } from '../server/authorization-server.js';
import type { OAuthClient } from '../server/oauth-client.js';
import type { HeldLock, Lock, LockOptions } from '../storage/lock.js';
import type { DeleteContext, SaveContext } from '../storage/token-storage.js';
import { secondsLeft } from '../tokens/expiry.js';
import { FlowEvents } from '../tokens/flow-events.js';
import { widestScope } from '../tokens/scope.js';
import { TokenSet } from '../tokens/token-set.js';
import { takeOrigin } from './account-sibling.js';
import { checkOptions } from './check-options.js';
import { FlowGrant, type GrantingFlow, preparedClients } from './flow-grant.js';
import { assembleParts, type FlowParts } from './flow-parts.js';
import { boundKey, required } from './held-token.js';
import { assertDeletable, lockBeside, warnOfMissingLock } from './own-hooks.js';

/** What a program that finds a fresh token does without. */
const loadLogins = lazyPart(() => import('../renewal/login/logins.js'));
const loadTokenRequest = lazyPart(() => import('./token-request.js'));

/** How long a caller waits; no interface, since a subclass's declarations have to name it. */
type Waiting = Pick<AccessTokenOptions, 'signal'>;

/**
 * Gives a valid access token, however many callers, processes and hosts ask for it. A subclass says where tokens live
 * (`loadTokens`, `saveTokens`) and how the first one is obtained (`authorize`).
 *
 * @example
 * ```ts
 * import type { AuthFlow } from '@latchkey/core';
 *
 * declare const flow: AuthFlow;
 * const response = await flow.fetch('https://api.example.org/files');
 * ```
 * @group Start here
 */
export abstract class AuthFlow {
  /** Tells what happens to the tokens. No event holds a secret. */
  readonly events: FlowEvents;
  readonly #options: AuthFlowOptions;
  readonly #server: AuthorizationServer;
  readonly #settings: FlowSettings;
  #key: string | undefined;
  #lazyParts: FlowParts | undefined;
  #fetch: AuthorisedFetch | undefined;
  #warm = cold;
  /** What all callers without options wait for who came while nothing was warm. */
  #plainCall: Promise<string> | undefined;
  /** What that call was begun with, until it has ended: by `finally()`, it would take twice the memory while many wait. */
  #plainOptions: AccessTokenOptions | undefined;

  /** @throws TypeError for a missing or malformed option; InsecureTransportError. Does no I/O. */
  constructor(options: AuthFlowOptions | FlowOptions) {
    this.#options = Object(options) as AuthFlowOptions;
    const origin = takeOrigin();
    this.events = new FlowEvents(this.#options.account, origin?.events);
    if (!origin) checkOptions(this.#options, this.needsServer);
    if (this.needsServer && this.withLock === AuthFlow.prototype.withLock) warnOfMissingLock(this.#options);
    this.#server = origin?.server ?? new AuthorizationServer(readOptions(this.#options));
    this.#settings = settingsFor(this.#server.settings, this.#options.scope);
  }

  // Hooks: what a subclass says of itself.

  /**
   * Reads the stored tokens; `undefined`, or a thrown NoTokensError, when there are none. An outage must throw.
   * @group Hooks to override
   */
  protected abstract loadTokens(): Promise<TokenSet | undefined>;

  /**
   * Stores tokens durably before it resolves: a rotated refresh token exists nowhere else. `JSON.stringify(tokens)` is
   * the full record, which `TokenSet.from` reads back.
   * @group Hooks to override
   */
  protected abstract saveTokens(tokens: TokenSet, context: SaveContext): Promise<void>;

  /** Deletes the stored tokens. Hooks of your own need this one too before `logout` can work. @group Hooks to override */
  protected deleteTokens(_context: DeleteContext): Promise<void> {
    return Promise.reject(new TypeError(`${this.constructor.name} has no hook deleteTokens.`));
  }

  /** Throws a TypeError, before anything is done, when tokens cannot be deleted. @group Hooks to override */
  protected assertDeletable(): void {
    assertDeletable(this, AuthFlow.prototype);
  }

  /** Excludes all others who use these tokens while `task` runs; by the option `lock`, else in this process only. @group Hooks to override */
  protected withLock<T>(task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const { lock } = this.#options;
    const chosen = lock === undefined || lock === 'process' ? this.#parts.credential.processLock : lock;
    return chosen.withLock(this.key, task, options);
  }

  /**
   * Where the tokens live. Flows of one place and key share their tokens in a process.
   * @defaultValue none, so that nothing is shared; with the option `key` the class: then each place needs a key of its own
   * @group Hooks to override
   */
  protected get credentialPlace(): string | object | undefined {
    return this.#options.key === undefined ? undefined : this.constructor;
  }

  /**
   * Obtains new tokens by this flow's grant, usually through `requestTokens`. Tokens that are only a refresh token are
   * saved, and then redeemed.
   * @group Hooks to override
   */
  protected abstract authorize(context: AuthorizeContext): Promise<TokenSet>;

  /** Whether `authorize` needs a person. @group Hooks to override */
  protected abstract readonly interactive: boolean;

  /**
   * Whose grant the tokens are: `login` of a person, or a program's, by a name that is part of the key. No kind is given
   * another's tokens. Name that of a grant of your own, since a minifier may rename its class. Redis and Keyv forget a program's
   * record, its refresh token too, a day after its access token has ended: a grant that is good once is a `login`.
   * @defaultValue `login` for a flow that is interactive, else the name of the class
   * @group Hooks to override
   */
  protected get credentialKind(): string {
    return this.interactive ? 'login' : this.constructor.name || 'program';
  }

  /**
   * Whether tokens come from an authorization server, so that the options must name it and the client.
   * @group Hooks to override
   */
  protected get needsServer(): boolean {
    return true;
  }

  /**
   * The header by which `fetch` shows a token to an API. Its name is always the same: it is also asked for with an
   * empty token, to see whether a caller has set that header already.
   * @defaultValue `authorization: Bearer …` (RFC 6750 section 2.1)
   * @group Hooks to override
   */
  protected tokenHeader(token: string): readonly [name: string, value: string] {
    return ['authorization', `Bearer ${token}`];
  }

  // What an application calls.

  /** Names the credential in its storage; hooks of your own that hold several accounts store each under its key. */
  get key(): string {
    return (this.#key ??= this.#options.key ?? defaultKey(this.settings, this.#options.account, this.credentialKind));
  }

  /**
   * Returns an access token with more than the threshold left: from memory, else from storage, else renewed, else
   * newly requested. While the token is fresh this costs what a memory read costs.
   * @throws LoginRequiredError, or a subclass, when somebody must log in. TokenEndpointUnavailableError,
   * RefreshOutcomeUnknownError, StorageUnavailableError, LockTimeoutError when it may work later, ClientRejectedError, CredentialsError;
   * none of these while the present token is still valid. TokenRequestError, LockUnavailableError when it will not work.
   */
  getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    if (options) return this.#getAccessToken(options);
    const { credential, tokens, until, answer } = this.#warm;
    if (tokens === credential.tokens && this.#now() <= until) return answer;
    return this.#plainCall ?? this.#beginPlainCall();
  }

  #beginPlainCall(): Promise<string> {
    const options = {};
    this.#plainOptions = options;
    const call = this.#getAccessToken(options);
    if (this.#plainOptions === options) this.#plainCall = call; // else it has failed at once
    return call;
  }

  async #getAccessToken(options: AccessTokenOptions): Promise<string> {
    try {
      const { callers, credential, reader } = this.#parts;
      const { signal, interactive = false, noAutoRefresh = false } = options;
      const { autoRefreshThreshold: threshold } = this.settings;
      const call = readCall(options, threshold, this.#now());
      let tokens: TokenSet;
      try {
        const serve = (): Promise<TokenSet> => (noAutoRefresh ? callers.asStored(reader) : callers.serve(call));
        tokens = await unlessAborted(signal, serve);
      } catch (error) {
        if (!interactive || !this.interactive || !(error instanceof LoginRequiredError)) throw error;
        tokens = await this.#joinLogin(signal, { tokens: credential.tokens });
        if (!tokens.accessToken) tokens = await unlessAborted(signal, () => callers.serve(call)); // a bare refresh token
      }
      const warm = this.#warm.tokens === tokens ? undefined : callers.warm(tokens, { ...call, threshold });
      if (warm) [this.#warm, this.#lazyParts] = [warm, undefined]; // the parts are a third of an account's memory
      return required(tokens.accessToken, NoAccessTokenError);
    } finally {
      if (options === this.#plainOptions) this.#plainOptions = this.#plainCall = undefined;
    }
  }

  /** Reads what is stored into memory, to notice a login or logout elsewhere at once; `undefined` when nothing is. @throws StorageUnavailableError */
  async reload(): Promise<TokenSet | undefined> {
    const { credential, reader } = this.#parts;
    return credential.unsaved?.tokens ?? (await reader.load()).tokens;
  }

  /** Renews now, unless another process has just done so. @throws as `getAccessTokenRefreshIfNecessary` */
  refresh({ signal }: Waiting = {}): Promise<TokenSet> {
    const began = this.#now();
    return unlessAborted(signal, async () => {
      const rejected = (await this.reload())?.accessToken;
      return this.#parts.callers.serve({ threshold: this.settings.autoRefreshThreshold, rejected, began });
    });
  }

  /**
   * Renews by a timer, for services in which no call may wait: at four fifths of a token's life, or at
   * `autoRefreshThreshold` before its end when that is earlier; after a failure again in 1 s to 10 s while calls get the
   * present token, else in 1 s to 60 s. The timer alone keeps no process alive. Where `renewAhead` will do, which needs no
   * timer, prefer that. Its `close()` ends it.
   */
  keepFresh(): KeptFresh {
    const { clock, autoRefreshThreshold: threshold } = this.settings;
    return keepFresh({ ...this.#parts, clock, threshold, token: this.#tokenSource.token });
  }

  /**
   * As the global fetch, with the token, which goes to `allowedOrigins` only. Other requests, and those that bring its
   * header themselves, are passed on as they are. A 401 renews the token and repeats the request, once (RFC 6750).
   * @throws TypeError, or the signal's reason, as fetch does; else as `getAccessTokenRefreshIfNecessary`
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return (this.#fetch ??= new AuthorisedFetch(this.#tokenSource)).send(input, init);
  }

  /** `fetch` as a function of its own, to give to an API client. */
  asFetch(): typeof globalThis.fetch {
    return (input, init) => this.fetch(input, init);
  }

  /**
   * Fetches the claims about the user (OpenID Connect Core section 5.3), with a valid access token.
   * @returns the claims, `sub` among them, which is that of the id token where there is one
   * @throws as `getAccessTokenRefreshIfNecessary`; UnauthenticatedError, UnauthorizedError when the server does not take
   * the token; DiscoveryError when it has no such place; TokenRequestError, TokenEndpointUnavailableError
   */
  fetchUserInfo({ signal }: Waiting = {}): Promise<UserInfo> {
    return unlessAborted(signal, async () => {
      const { userinfoEndpoint: url } = await this.prepareClient();
      return (await loadUserInfo()).requestUserInfo(url, this.#tokenSource, () => this.idTokenClaims?.['sub'], signal);
    });
  }

  /**
   * Asks the authorization server about the stored access token, or the refresh token, as it is (RFC 7662 section 2).
   * @returns what the server says: `active`, and more when it is
   * @throws NoTokensError, NoAccessTokenError, NoRefreshTokenError; DiscoveryError when the server has no such place;
   * ClientRejectedError, TokenRequestError, TokenEndpointUnavailableError
   */
  introspect(
    token: 'access_token' | 'refresh_token' = 'access_token',
    { signal }: Waiting = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    return unlessAborted(signal, async () => {
      await this.reload();
      const value = token === 'access_token' ? this.accessToken : this.refreshToken;
      return (await this.prepareClient()).introspect(value, token, signal);
    });
  }

  /**
   * Saves tokens from elsewhere, whatever is stored: an export (`tokens.toJSON()`), or what else `TokenSet.from` reads;
   * `{ refresh_token }` alone is redeemed by the next call. The scopes asked for are taken to be in them.
   * @throws TypeError for what holds no token; StorageUnavailableError and the errors of the lock
   */
  async importTokens(tokens: object, { signal }: Waiting = {}): Promise<TokenSet> {
    const imported = TokenSet.from(tokens, this.#now());
    return (await this.#logins()).import(imported, signal);
  }

  /**
   * Logs out: revokes the tokens where the server can, and deletes them in any case. Other processes notice at their
   * next renewal.
   * @throws RevocationFailedError after the deletion, when the server did not confirm; StorageUnavailableError and the
   * errors of the lock, when they were not deleted; TypeError for hooks of your own without `deleteTokens`.
   */
  async logout({ signal }: Waiting = {}): Promise<void> {
    this.assertDeletable();
    await (await this.#logins()).end(this.#server, signal);
  }

  /** The tokens as last loaded, renewed or obtained. @throws NoTokensError when none are in memory; see `reload`. */
  get tokens(): TokenSet {
    if (this.#heldTokens) return this.#heldTokens;
    throw new NoTokensError({
      message: 'No tokens are in memory.',
      remedy: 'Call reload() before, which reads what is stored; if nothing is, log in, for example with doFlow().',
    });
  }
  /** Whether a refresh token is in memory; false, not an error, when there are no tokens. */
  get hasRefreshToken(): boolean {
    return this.#heldTokens?.refreshToken !== undefined;
  }
  /** The access token as it is, expired or not. @throws NoTokensError, NoAccessTokenError */
  get accessToken(): string {
    return required(this.tokens.accessToken, NoAccessTokenError);
  }
  /** The refresh token. @throws NoTokensError, NoRefreshTokenError */
  get refreshToken(): string {
    return required(this.tokens.refreshToken, NoRefreshTokenError);
  }
  /** The id token. @throws NoTokensError, NoIdTokenError */
  get idToken(): string {
    return required(this.tokens.idToken, NoIdTokenError);
  }
  /** Granted scopes, separated by spaces; `undefined` when the server did not say. @throws NoTokensError */
  get scope(): string | undefined {
    return this.tokens.scope;
  }
  /** When the access token ends; `undefined` when unknown. @throws NoTokensError */
  get expiresAt(): Date | undefined {
    return this.tokens.expiresAt;
  }
  /** When the refresh token ends; `undefined` when unknown, or never. @throws NoTokensError */
  get refreshExpiresAt(): Date | undefined {
    return this.tokens.refreshExpiresAt;
  }
  /** When the access token was issued; `undefined` when unknown. @throws NoTokensError */
  get issuedAt(): Date | undefined {
    return this.tokens.issuedAt;
  }
  /** Seconds that the access token has left, computed at each read: negative after its end, `Infinity` if unknown. @throws NoTokensError */
  get ttl(): number {
    return secondsLeft(this.tokens, this.#now());
  }
  /** The access token's claims when it is a JWT; decoded, not verified. @throws NoTokensError */
  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.tokens.claims;
  }
  /** The id token's claims; decoded, not verified. @throws NoTokensError */
  get idTokenClaims(): Readonly<Record<string, unknown>> | undefined {
    return this.tokens.idTokenClaims;
  }

  /** Keeps options and tokens out of what is printed. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.constructor.name}(${this.key})`;
  }

  // For use in subclasses.

  /** The options as given. @group For use in subclasses */
  protected get options(): AuthFlowOptions {
    return this.#options;
  }

  /**
   * Requests tokens by a grant: for new flows, from within `authorize`. The options `scope` (for a login with those of the
   * login before), `audience`, `resource` and `parameters` are sent too; parameters given here win, `undefined` leaves one out.
   * @throws as `getAccessTokenRefreshIfNecessary`
   * @group For use in subclasses
   */
  protected async requestTokens(
    grantType: string,
    parameters: Readonly<Record<string, string | undefined>> = {},
    { signal }: Waiting = {},
  ): Promise<TokenSet> {
    const { key, events, settings } = this;
    const login = preparedClients.has(this) ? undefined : this.#parts.credential;
    const request = { client: await this.prepareClient(), settings, key, events, signal, login };
    const { requestByGrant } = await loadTokenRequest();
    return requestByGrant(request, grantType, { scope: this.scopeToAskFor, ...parameters });
  }

  /** @internal Reads what a login is going to replace. */
  protected async loadToReplace(): Promise<void> {
    await this.#parts.reader.load('login');
  }

  /** @internal For a login, the scopes of the one before too: no program narrows what another has. */
  protected get scopeToAskFor(): string | undefined {
    const { scope } = this.settings;
    return this.credentialKind === 'login' ? widestScope(scope, this.#heldTokens) : scope;
  }

  /**
   * Logs in: by `authorize`, once for all who ask at the same time; or by a `step` of your own, each time. The lock is
   * not held while a person is busy; it is taken before, to see that the tokens can be saved, and after, to save them.
   * @throws what the step throws, StorageUnavailableError, LockTimeoutError, LockUnavailableError
   * @group For use in subclasses
   */
  protected async logIn(
    { signal }: Waiting = {},
    step?: (context: AuthorizeContext) => Promise<TokenSet>,
  ): Promise<TokenSet> {
    return step ? (await this.#logins()).begin(step, signal) : this.#joinLogin(signal);
  }

  async #joinLogin(signal: AbortSignal | undefined, unusable?: Unusable): Promise<TokenSet> {
    const logins = await this.#logins();
    return logins.join((context) => this.authorize(context), { lock: this.loginLock, unusable, signal });
  }

  /** @internal The lock that is held while a person is busy. */
  protected get loginLock(): Lock | undefined {
    return lockBeside(this, AuthFlow.prototype, this.#options.lock);
  }

  /** @internal What `authorize` takes from the application's code, read before a place in line and the lock are taken. */
  protected readSources(): Promise<unknown> {
    return Promise.resolve(undefined);
  }

  /** @internal */
  protected async prepareClient(): Promise<OAuthClient> {
    if (!this.needsServer) throw new TypeError(`${this.constructor.name} has no authorization server to ask.`);
    return preparedClients.get(this) ?? this.#server.prepare();
  }

  /** @internal */
  protected get server(): AuthorizationServer {
    return this.#server;
  }

  /** @internal */
  protected get settings(): FlowSettings {
    return this.#settings;
  }

  get #heldTokens(): TokenSet | undefined {
    return (this.#warm === cold ? this.#parts : this.#warm).credential.tokens;
  }

  #now(): number {
    return this.settings.clock.now();
  }

  get #tokenSource(): TokenSource {
    return {
      settings: this.settings,
      credential: this.#parts.credential,
      isBearer: this.tokenHeader === AuthFlow.prototype.tokenHeader,
      token: (options) => this.getAccessTokenRefreshIfNecessary(options),
      header: (token) => this.tokenHeader(token),
      dpopKey: () => boundKey(this.#heldTokens),
    };
  }

  async #logins(): Promise<Logins> {
    return new (await loadLogins()).Logins(this.#parts.reader);
  }

  /** Of `grant` and `hooks` the members are protected; objects of functions in their place would double what a flow takes. */
  get #parts(): FlowParts {
    return (this.#lazyParts ??= assembleParts({
      known: this.#warm === cold ? undefined : this.#warm.credential,
      key: this.key,
      kind: this.credentialKind,
      account: this.#options.account,
      isNamed: this.#options.key !== undefined,
      place: this.credentialPlace,
      flowClass: this.constructor,
      settings: this.settings,
      events: this.events,
      grant: new FlowGrant(this as unknown as GrantingFlow),
      hooks: this as unknown as StorageHooks,
    }));
  }
}
