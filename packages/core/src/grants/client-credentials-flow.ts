import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';
import type { AuthorizeContext } from '../renewal/authorize-context.js';

/** Options of {@link ClientCredentialsFlow}. @group Options */
export type ClientCredentialsFlowOptions = StoredAuthFlowOptions;

/**
 * Tokens for a program of its own, without a user (RFC 6749 section 4.4).
 *
 * @example
 * ```ts
 * import { ClientCredentialsFlow } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 *
 * const flow = new ClientCredentialsFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-service',
 *   clientSecret: environmentVariable('MY_SERVICE_SECRET'),
 * });
 * const token = await flow.getAccessTokenRefreshIfNecessary();
 * ```
 * @group Flows
 */
export class ClientCredentialsFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  protected override get credentialKind(): string {
    return 'client_credentials';
  }

  protected override get interactive(): boolean {
    return false;
  }

  /**
   * A refresh token, which RFC 6749 section 4.4.3 advises against, is dropped: the credentials can ask again.
   *
   * @group Hooks to override
   */
  protected override async authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
    const tokens = await this.requestTokens('client_credentials', {}, { signal });
    const { refresh_token: _dropped, ...record } = tokens.toJSON();
    return TokenSet.from(record);
  }
}

/**
 * {@link ClientCredentialsFlow} with a storage.
 *
 * @example
 * ```ts
 * import { ClientCredentialsFlowSimple } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new ClientCredentialsFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-service',
 *   clientSecret: environmentVariable('MY_SERVICE_SECRET'),
 *   storage: new FileTokenStorage({ file: './tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class ClientCredentialsFlowSimple extends ClientCredentialsFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: ClientCredentialsFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}
