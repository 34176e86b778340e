import { readJwtClaims } from '../crypto/jwt.js';
import type { AuthorizeContext } from '../renewal/authorize-context.js';
import { checkSecretSource, readSecret } from '../options/secret-source.js';
import { checkForms, isText } from '../flow/option-forms.js';
import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';

/** What an assertion is made for. @group Options */
export interface AssertionContext {
  /** The token endpoint, for the claim `aud` (RFC 7523 section 3). */
  readonly tokenEndpoint: string;
  /** The flow's account, for the claim `sub`. */
  readonly subject: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Options of {@link JwtBearerFlow}. @group Options */
export interface JwtBearerFlowOptions extends StoredAuthFlowOptions {
  /** The JWT to present, or a function that makes one for each request, such as {@link signAssertion} returns. */
  readonly assertion: string | ((context: AssertionContext) => string | Promise<string>);
  /**
   * Whom the tokens are for; also the account. Set it where `assertion` is a function.
   *
   * @defaultValue the claim `sub` of an assertion that is given as text
   */
  readonly subject?: string | undefined;
}

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * Tokens for an assertion that somebody signed (RFC 7523 section 2.1), such as a service account.
 *
 * @example
 * ```ts
 * import { JwtBearerFlow, signAssertion } from '@latchkey/core';
 * import { privateKeyFile } from '@latchkey/core/node';
 *
 * const flow = new JwtBearerFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'robot',
 *   subject: 'ada@example.org',
 *   assertion: signAssertion({
 *     key: privateKeyFile('robot.pem'),
 *     issuer: 'robot@example.org',
 *   }),
 * });
 * ```
 * @group Flows
 */
export class JwtBearerFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: JwtBearerFlowOptions) {
    const { subject, ...others } = options;
    const { assertion, account = subjectOf(options) } = others;
    checkSecretSource('assertion', assertion);
    checkForms(options, { subject: [isText, 'a non-empty string'] });
    if (subject !== undefined && subject !== account) {
      throw new TypeError('account and subject are one and the same here, and differ: leave account out.');
    }
    super({ ...others, account });
  }

  protected override get options(): JwtBearerFlowOptions {
    return super.options as JwtBearerFlowOptions;
  }

  protected override get credentialKind(): string {
    return 'jwt-bearer';
  }

  protected override get interactive(): boolean {
    return false;
  }

  /** Returns a flow for another subject. @throws TypeError when the assertion is given as text: it has one subject */
  override withAccount(account: string): this {
    if (typeof this.options.assertion === 'string') {
      throw new TypeError('This assertion is for one subject: give a function that makes one for each.');
    }
    return super.withAccount(account);
  }

  /** @internal */
  protected override async readSources(): Promise<string> {
    const { assertion, account: subject } = this.options;
    const { tokenEndpoint } = await this.prepareClient();
    const make =
      typeof assertion === 'string'
        ? assertion
        : () => assertion({ tokenEndpoint, subject, now: this.settings.clock.now() });
    return readSecret('assertion', make);
  }

  protected override async authorize(context: AuthorizeContext): Promise<TokenSet> {
    const { signal, sources } = context;
    const assertion = (sources as string | undefined) ?? (await this.readSources());
    return this.requestTokens(grantType, { assertion }, { signal });
  }
}

/**
 * {@link JwtBearerFlow} with a storage.
 *
 * @example
 * ```ts
 * import { JwtBearerFlowSimple } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new JwtBearerFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'robot',
 *   assertion: environmentVariable('MY_ASSERTION'),
 *   subject: 'ada@example.org',
 *   storage: new FileTokenStorage({ file: './tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class JwtBearerFlowSimple extends JwtBearerFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: JwtBearerFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}

function subjectOf({ subject, assertion }: JwtBearerFlowOptions): string | undefined {
  if (subject !== undefined || typeof assertion !== 'string') return subject;
  const claimed = readJwtClaims(assertion)?.['sub'];
  return typeof claimed === 'string' && claimed !== '' ? claimed : undefined;
}
