import type { AccessTokenOptions } from './access-token-options.js';
import { FlowHooks } from './flow-hooks.js';
import type { PreparedClient } from './prepared-client.js';
import type { TokenSet } from './token-set.js';

/** What can be done with the tokens of a flow, beside taking them. */
export abstract class TokenUse extends FlowHooks {
  abstract getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string>;

  abstract reload(): Promise<TokenSet | undefined>;

  /** @internal */
  protected abstract prepareClient(): Promise<PreparedClient>;

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
