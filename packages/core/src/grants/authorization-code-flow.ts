import type { AuthorizationState, StartedAuthorization } from './authorization-state.js';
import type { AuthorizationRedirect } from '../options/login-redirect.js';
import type { AuthorizeContext } from '../renewal/authorize-context.js';
import { lazyPart } from '../platform/lazy-part.js';
import { parseUrl } from '../platform/urls.js';
import { untilAborted } from '../platform/waiting.js';
import { askedFor } from '../flow/asked-for.js';
import { checkForms, isFields, isFunction } from '../flow/option-forms.js';
import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';

const isRedirectUri = (uri: unknown): boolean => typeof uri === 'string' && !!parseUrl(uri) && !uri.includes('#');
const loadRequest = lazyPart(() => import('./authorization-request.js'));
const loadCallback = lazyPart(() => import('./authorization-callback.js'));

/** Options of {@link AuthorizationCodeFlow}. @group Options */
export interface AuthorizationCodeFlowOptions extends StoredAuthFlowOptions {
  /**
   * Where the server sends the person back to, exactly as registered. Set it in a web server, and where `redirect` cannot
   * choose. @defaultValue what `redirect` chooses
   */
  readonly redirectUri?: string | undefined;
  /**
   * Takes the person to the server and back, for `doFlow`: `loopbackRedirect()` of `@latchkey/core/node`, say. Set it in a
   * program on the person's machine.
   *
   * @defaultValue none
   */
  readonly redirect?: AuthorizationRedirect | undefined;
  /** Further parameters of the URL, no secrets. Rarely needed: for `prompt`, `login_hint`. @defaultValue none */
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined;
}

/**
 * Tokens for a person who logs in with a browser (RFC 6749 section 4.1), with PKCE (RFC 7636, S256) unless `dialect` says
 * that the server refuses it. A program on the person's machine uses `doFlow`; a web server `startAuthorization` and, at
 * its redirect URI, `completeAuthorization`, which may run in another process.
 *
 * @example
 * ```ts
 * import { AuthorizationCodeFlow } from '@latchkey/core';
 * import { loopbackRedirect } from '@latchkey/core/node';
 *
 * const flow = new AuthorizationCodeFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-desktop-app',
 *   scope: 'openid offline_access',
 *   redirect: loopbackRedirect(),
 * });
 * await flow.doFlow(); // opens the browser
 * ```
 * @group Flows
 */
export class AuthorizationCodeFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: AuthorizationCodeFlowOptions) {
    super(options);
    checkForms(options, {
      redirect: [isFunction, 'a function'],
      redirectUri: [isRedirectUri, 'an absolute URL without a fragment'],
      authorizationParameters: [isFields, 'an object of texts'],
    });
  }

  protected override get options(): AuthorizationCodeFlowOptions {
    return super.options;
  }

  protected override get interactive(): boolean {
    return true;
  }

  /**
   * Logs in by the option `redirect`, and saves the tokens. Callers at the same time share one login.
   *
   * @throws TypeError without the option; the RedirectErrors; TokenRequestError, code `INVALID_GRANT`, for a code that
   * the server does not take; StorageUnavailableError before anybody is asked
   */
  doFlow(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    return this.logIn(options);
  }

  /**
   * Starts a login: returns the URL to send the person to, and what to keep until the redirect, in a session of this browser. Reads what
   * is stored, for the scopes of the login before. Makes no request but discovery and that of `pushedAuthorization`.
   *
   * @throws TypeError without a redirectUri; DiscoveryError, TokenEndpointUnavailableError, StorageUnavailableError
   */
  async startAuthorization({ redirectUri = this.options.redirectUri } = {}): Promise<StartedAuthorization> {
    if (redirectUri === undefined) throw new TypeError('startAuthorization needs the option redirectUri.');
    const client = await this.prepareClient();
    const { authorizationRequest } = await loadRequest();
    await this.loadToReplace();
    const { query, state } = await authorizationRequest(this.options, this.scopeToAskFor ?? '', redirectUri);
    return { url: (await client.authorizationUrl(query)).href, state };
  }

  /**
   * Ends a login: checks the redirect, redeems its code, and saves the tokens.
   *
   * @param callbackUrl - the URL that the server redirected to, or its path and query
   * @param state - what `startAuthorization` gave for this browser; `undefined` (the session is gone) is a mismatch
   * @throws as `doFlow`
   */
  completeAuthorization(
    callbackUrl: string | URL,
    state: AuthorizationState | undefined,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<TokenSet> {
    return this.logIn(options, ({ signal }) => this.#complete(callbackUrl, state, signal));
  }

  protected override async authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
    const { redirect, redirectUri } = this.options;
    if (!redirect) {
      throw new TypeError(
        "doFlow needs the option redirect, such as loopbackRedirect() of '@latchkey/core/node'; " +
          'a web server uses startAuthorization and completeAuthorization.',
      );
    }
    let state: AuthorizationState | undefined;
    const start = async (settledUri: string): Promise<URL> => {
      const started = await this.startAuthorization({ redirectUri: settledUri });
      ({ state } = started);
      return new URL(started.url);
    };
    let completed: Promise<TokenSet> | undefined;
    const finish = (url: string | URL): Promise<TokenSet> => (completed ??= this.#complete(url, state, signal));
    const complete = (url: string): Promise<void> => finish(url).then(() => undefined);
    const back = untilAborted(signal, Promise.resolve(redirect(start, { redirectUri, signal, complete })));
    // What was redeemed before its caller left exists nowhere else.
    return back.then(finish, (error: unknown) => (signal.aborted && completed) || Promise.reject(error as Error));
  }

  async #complete(
    callbackUrl: string | URL,
    expected: AuthorizationState | undefined,
    signal: AbortSignal,
  ): Promise<TokenSet> {
    const { assertNonce, callbackParameters, codeParameters } = await loadCallback();
    const query = callbackParameters(callbackUrl);
    const parameters = codeParameters(query, expected, (await this.prepareClient()).issuer);
    const tokens = await this.requestTokens('authorization_code', parameters, { signal });
    assertNonce(tokens, expected?.nonce);
    return askedFor(expected?.scope ?? '', tokens); // not what this flow wants: another may have begun the login
  }
}

/**
 * {@link AuthorizationCodeFlow} with a storage.
 *
 * @example
 * ```ts
 * import { AuthorizationCodeFlowSimple } from '@latchkey/core';
 * import { loopbackRedirect } from '@latchkey/core/node';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new AuthorizationCodeFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-desktop-app',
 *   redirect: loopbackRedirect(),
 *   storage: new FileTokenStorage({ file: './tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class AuthorizationCodeFlowSimple extends AuthorizationCodeFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: AuthorizationCodeFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}
