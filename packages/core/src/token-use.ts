import type { AccessTokenOptions } from './access-token-options.js';
import type { AuthFlowOptions } from './auth-flow-options.js';
import { AuthorisedFetch } from './authorised-fetch.js';
import { FlowHooks } from './flow-hooks.js';
import type { PreparedClient } from './prepared-client.js';
import type { TokenSet } from './token-set.js';

/** What can be done with the tokens of a flow, beside taking them. */
export abstract class TokenUse extends FlowHooks {
  #fetch: AuthorisedFetch | undefined;

  /** Returns a valid access token. */
  abstract getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string>;

  /** Reads what is stored into memory. */
  abstract reload(): Promise<TokenSet | undefined>;

  /** The options as given. */
  protected abstract get options(): AuthFlowOptions;

  /** @internal */
  protected abstract prepareClient(): Promise<PreparedClient>;

  /**
   * As the global fetch, with the token, which goes to `allowedOrigins` only. Other requests, and those that bring its
   * header themselves, are passed on as they are. A 401 renews the token and repeats the request, once (RFC 6750).
   *
   * @throws TypeError, or the signal's reason, as fetch does; else as `getAccessTokenRefreshIfNecessary`
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    this.#fetch ??= new AuthorisedFetch({
      options: this.options,
      token: (options) => this.getAccessTokenRefreshIfNecessary(options),
      header: (token) => this.tokenHeader(token),
    });
    return this.#fetch.send(input, init);
  }

  /** `fetch` as a function of its own, to give to an API client. */
  asFetch(): typeof globalThis.fetch {
    return (input, init) => this.fetch(input, init);
  }

  /**
   * Asks the authorization server about the stored access token, or the refresh token, as it is (RFC 7662 section 2).
   *
   * @returns what the server says: `active`, and more when it is
   * @throws NoTokensError, NoAccessTokenError, NoRefreshTokenError; DiscoveryError when the server has no such place;
   * ClientRejectedError, TokenRequestError, TokenEndpointUnavailableError
   */
  async introspect(
    token: 'access_token' | 'refresh_token' = 'access_token',
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    await this.reload();
    const value = token === 'access_token' ? this.accessToken : this.refreshToken;
    return (await this.prepareClient()).introspect(value, token, signal);
  }
}
