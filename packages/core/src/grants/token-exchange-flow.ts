import { _SHA256 as Sha256 } from '@noble/hashes/sha2.js';
import { hex } from '../crypto/hex.js';
import type { AuthorizeContext } from '../renewal/authorize-context.js';
import { checkSecretSource, readSecret, type SecretSource } from '../options/secret-source.js';
import { checkForms, isText } from '../flow/option-forms.js';
import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';

/** Options of {@link TokenExchangeFlow}. @group Options */
export interface TokenExchangeFlowOptions extends StoredAuthFlowOptions {
  /**
   * The token of the user or service that the new token is for. A function, which fetches it when it is needed, asks
   * for the option `account` too. @defaultValue for `account`: a hash of the subject token
   */
  readonly subjectToken: SecretSource<string>;
  /**
   * What kind of token it is. Set it for an id token, say.
   *
   * @defaultValue `urn:ietf:params:oauth:token-type:access_token`
   */
  readonly subjectTokenType?: string | undefined;
  /** The token of whoever acts for the subject. Rarely needed: where the API has to know. @defaultValue none */
  readonly actorToken?: SecretSource<string> | undefined;
  /**
   * What kind of token that is. Rarely needed.
   *
   * @defaultValue `urn:ietf:params:oauth:token-type:access_token` when there is an actor token
   */
  readonly actorTokenType?: string | undefined;
  /** What kind of token to ask for. Rarely needed. @defaultValue the server's choice */
  readonly requestedTokenType?: string | undefined;
}

/** Form fields of a token exchange (RFC 8693 section 2.1). */
type ExchangeParameters = Readonly<Record<string, string | undefined>>;

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const type = [isText, 'a non-empty string'] as const;
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Tokens in exchange for another token (RFC 8693), such as a user's token for the one of a service behind.
 *
 * @example
 * ```ts
 * import { TokenExchangeFlow } from '@latchkey/core';
 *
 * declare const userToken: string;
 * const flow = new TokenExchangeFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'gateway',
 *   subjectToken: userToken,
 *   audience: 'https://orders.example.org',
 * });
 * ```
 * @group Flows
 */
export class TokenExchangeFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: TokenExchangeFlowOptions) {
    const { subjectToken, actorToken, actorTokenType, account, key } = options;
    checkSecretSource('subjectToken', subjectToken);
    if (actorToken !== undefined) checkSecretSource('actorToken', actorToken);
    if (typeof subjectToken === 'function' && account === undefined && key === undefined) {
      throw new TypeError(
        'A subjectToken that is a function needs the option account, to tell whose tokens these are.',
      );
    }
    if (actorTokenType !== undefined && actorToken === undefined) {
      throw new TypeError('actorTokenType is given without an actorToken.');
    }
    checkForms(options, { subjectTokenType: type, actorTokenType: type, requestedTokenType: type });
    super({ ...options, account: account ?? hash(subjectToken) });
  }

  protected override get options(): TokenExchangeFlowOptions {
    return super.options as TokenExchangeFlowOptions;
  }

  protected override get credentialKind(): string {
    return 'token-exchange';
  }

  protected override get interactive(): boolean {
    return false;
  }

  /** @throws TypeError always: another account has another subject token. Make another flow. */
  override withAccount(_account: string): this {
    throw new TypeError('A TokenExchangeFlow is for one subject: make another flow, with its own subjectToken.');
  }

  /** @internal */
  protected override async readSources(): Promise<ExchangeParameters> {
    const { subjectToken, actorToken, requestedTokenType } = this.options;
    const { subjectTokenType = accessTokenType, actorTokenType = accessTokenType } = this.options;
    const actor = actorToken === undefined ? undefined : await readSecret('actorToken', actorToken);
    return {
      subject_token: await readSecret('subjectToken', subjectToken),
      subject_token_type: subjectTokenType,
      requested_token_type: requestedTokenType,
      ...(actor !== undefined && { actor_token: actor, actor_token_type: actorTokenType }),
    };
  }

  protected override async authorize(context: AuthorizeContext): Promise<TokenSet> {
    const { signal, sources } = context;
    const parameters = (sources as ExchangeParameters | undefined) ?? (await this.readSources());
    return this.requestTokens(grantType, parameters, { signal });
  }
}

/**
 * {@link TokenExchangeFlow} with a storage.
 *
 * @example
 * ```ts
 * import { TokenExchangeFlowSimple } from '@latchkey/core';
 * import { RedisTokenStorage } from '@latchkey/storage-redis';
 *
 * declare const userToken: string;
 * const flow = new TokenExchangeFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'gateway',
 *   subjectToken: userToken,
 *   storage: new RedisTokenStorage({ url: 'rediss://redis.example.org' }),
 * });
 * ```
 * @group Flows
 */
export class TokenExchangeFlowSimple extends TokenExchangeFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: TokenExchangeFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}

/** The key of a credential is needed at once, and WebCrypto hashes only later. */
function hash(subjectToken: SecretSource<string>): string | undefined {
  if (typeof subjectToken !== 'string') return undefined;
  // The class, not noble's function sha256, which hashes something as it is made, whenever a program starts.
  return hex(new Sha256().update(new TextEncoder().encode(subjectToken)).digest());
}
