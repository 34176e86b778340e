import type { AuthorizeContext } from '../renewal/authorize-context.js';
import { checkSecret, checkSecretSource, readSecret, type SecretSource } from '../options/secret-source.js';
import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';

/** Options of {@link PasswordFlow}. @group Options */
export interface PasswordFlowOptions extends StoredAuthFlowOptions {
  /** Who logs in; also the account, unless another is given. */
  readonly username: string;
  /** The password, or a function that fetches it whenever it has to be sent. */
  readonly password: SecretSource<string>;
}

/**
 * Tokens for a user name and a password (RFC 6749 section 4.3), for servers that offer nothing better. While there is
 * a refresh token, it is redeemed; the password is sent only when there is none or the server refuses it, never
 * because the server fails. A wrong password is a TokenRequestError with code `INVALID_GRANT`.
 *
 * @example
 * ```ts
 * import { PasswordFlow } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 *
 * const flow = new PasswordFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-job',
 *   username: 'machine-1',
 *   password: environmentVariable('MACHINE_PASSWORD'),
 * });
 * ```
 * @group Flows
 */
export class PasswordFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: PasswordFlowOptions) {
    const { username, password, account } = options;
    if (typeof username !== 'string' || username === '') throw new TypeError('username must be a non-empty string.');
    checkSecret('username', username, 'password');
    checkSecretSource('password', password, 'password');
    super({ ...options, account: account ?? username });
  }

  protected override get options(): PasswordFlowOptions {
    return super.options as PasswordFlowOptions;
  }

  protected override get credentialKind(): string {
    return 'login';
  }

  protected override get interactive(): boolean {
    return false;
  }

  /** @throws TypeError always: another account has another password. Make another flow. */
  override withAccount(_account: string): this {
    throw new TypeError('A PasswordFlow is for one user: make another flow, with its own username and password.');
  }

  /** @internal */
  protected override readSources(): Promise<string> {
    return readSecret('password', this.options.password, 'password');
  }

  protected override async authorize(context: AuthorizeContext): Promise<TokenSet> {
    const { signal, sources } = context;
    const password = (sources as string | undefined) ?? (await this.readSources());
    return this.requestTokens('password', { username: this.options.username, password }, { signal });
  }
}

/**
 * {@link PasswordFlow} with a storage.
 *
 * @example
 * ```ts
 * import { PasswordFlowSimple } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new PasswordFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-job',
 *   username: 'machine-1',
 *   password: environmentVariable('MACHINE_PASSWORD'),
 *   storage: new FileTokenStorage({ file: './tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class PasswordFlowSimple extends PasswordFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: PasswordFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}
