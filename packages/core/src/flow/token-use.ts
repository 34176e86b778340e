import type { AccessTokenOptions } from '../options/access-token-options.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { AuthorisedFetch } from '../fetch/authorised-fetch.js';
import { systemClock } from '../platform/clock.js';
import { dpopFetch } from '../fetch/dpop-fetch.js';
import type { DpopKey } from '../crypto/dpop-proof.js';
import { FlowHooks } from './flow-hooks.js';
import { keepFresh, type KeptFresh } from '../renewal/keep-fresh.js';
import type { OAuthClient } from '../server/oauth-client.js';
import type { TokenSet } from '../tokens/token-set.js';
import { otherSubject, requestUserInfo, type UserInfo } from '../fetch/user-info.js';

/** What can be done with the tokens of a flow, beside taking them. @group Write your own flow */
export abstract class TokenUse extends FlowHooks {
  #fetch: AuthorisedFetch | undefined;

  /** Returns a valid access token. */
  abstract getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string>;

  /** Reads what is stored into memory. */
  abstract reload(): Promise<TokenSet | undefined>;

  /** The options as given. @group For use in subclasses */
  protected abstract get options(): AuthFlowOptions;

  /** @internal */
  protected abstract prepareClient(): Promise<OAuthClient>;

  /**
   * As the global fetch, with the token, which goes to `allowedOrigins` only. Other requests, and those that bring its
   * header themselves, are passed on as they are. A 401 renews the token and repeats the request, once (RFC 6750).
   *
   * @throws TypeError, or the signal's reason, as fetch does; else as `getAccessTokenRefreshIfNecessary`
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    this.#fetch ??= this.#authorise(this.options.allowedOrigins);
    return this.#fetch.send(input, init);
  }

  /** `fetch` as a function of its own, to give to an API client. */
  asFetch(): typeof globalThis.fetch {
    return (input, init) => this.fetch(input, init);
  }

  /**
   * Renews by a timer, for services in which no call may wait: at four fifths of a token's life, or at
   * `autoRefreshThreshold` before its end when that is earlier. The timer alone keeps no process alive. Where `renewAhead`
   * will do, which needs no timer, prefer that.
   */
  keepFresh(): KeptFresh {
    const { clock = systemClock, autoRefreshThreshold: threshold } = this.options;
    return keepFresh({
      clock,
      threshold,
      tokens: () => this.heldTokens,
      token: (options) => this.getAccessTokenRefreshIfNecessary(options),
    });
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

  /**
   * Fetches the claims about the user (OpenID Connect Core section 5.3), with a valid access token.
   *
   * @returns the claims, `sub` among them, which is that of the id token where there is one
   * @throws as `getAccessTokenRefreshIfNecessary`; UnauthenticatedError, UnauthorizedError when the server does not take
   * the token; DiscoveryError when it has no such place; TokenRequestError, TokenEndpointUnavailableError
   */
  async fetchUserInfo({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<UserInfo> {
    const { userinfoEndpoint } = await this.prepareClient();
    const sent: string[] = [];
    const authorised = this.#authorise([new URL(userinfoEndpoint).origin], sent);
    const claims = await requestUserInfo(
      userinfoEndpoint,
      (url, init) => authorised.send(url, init),
      this.options,
      signal,
      sent,
    );
    const subject = this.tokens.idTokenClaims?.['sub'];
    if (subject !== undefined && subject !== claims.sub) throw otherSubject();
    return claims;
  }

  /** The tokens that are shown are added to `sent`. */
  #authorise(allowedOrigins: readonly string[] | undefined, sent?: string[]): AuthorisedFetch {
    const { options } = this;
    const { clock = systemClock, dpop } = options;
    const fetch: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);
    const key = (): DpopKey | undefined => this.#dpopKey();
    const proven = dpop ? { fetch: dpopFetch({ fetch, key, now: () => clock.now() }) } : {};
    return new AuthorisedFetch({
      options: Object.assign(Object.create(options), { allowedOrigins, ...proven }) as AuthFlowOptions,
      token: (options) => this.getAccessTokenRefreshIfNecessary(options),
      header: (token) => {
        if (token !== '') sent?.push(token);
        return dpop && this.#dpopKey() ? ['authorization', `DPoP ${token}`] : this.tokenHeader(token);
      },
    });
  }

  /** The key that the present access token is bound to; a server may give unbound ones all the same. */
  #dpopKey(): DpopKey | undefined {
    const { heldTokens } = this;
    return heldTokens?.tokenType.toLowerCase() === 'dpop' ? heldTokens.dpopKey : undefined;
  }
}
