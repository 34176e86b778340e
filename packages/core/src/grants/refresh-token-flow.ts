import { InvalidRefreshTokenError, LoginRequiredError } from '../errors/index.js';
import { answerIn } from '../errors/oauth-error.js';
import { hex } from '../crypto/hex.js';
import type { AuthorizeContext } from '../renewal/authorize-context.js';
import { checkSecretSource, readSecret, type SecretSource } from '../options/secret-source.js';
import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';

/** Options of {@link RefreshTokenFlow}. @group Options */
export interface RefreshTokenFlowOptions extends StoredAuthFlowOptions {
  /** The refresh token to start from, or a function that fetches it when it is needed. */
  readonly refreshToken: SecretSource<string>;
}

const remedy = 'Log in again by whatever made the refresh token, and give the new one.';

/** Codes under which the stored refresh token lives, or may. */
const livesOn = /^(SCOPE_MISSING|REFRESH_TOKEN_SUSPECT)$/;

/**
 * Tokens that grow from a refresh token which somebody gave: from an environment variable of a CI job, say. What it
 * was replaced by is in the storage and counts from then on, also in later processes; the given one is used again
 * only when it is another one and what is stored no longer works. Use a storage that outlives the process wherever
 * the server replaces refresh tokens, and the option `account` where it holds the tokens of several users.
 *
 * @example
 * ```ts
 * import { RefreshTokenFlow } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new RefreshTokenFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-cli',
 *   refreshToken: environmentVariable('MY_REFRESH_TOKEN'),
 *   storage: new FileTokenStorage({ file: '/var/lib/my-job/tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class RefreshTokenFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: RefreshTokenFlowOptions) {
    checkSecretSource('refreshToken', options.refreshToken);
    super(options);
  }

  protected override get options(): RefreshTokenFlowOptions {
    return super.options as RefreshTokenFlowOptions;
  }

  protected override get credentialKind(): string {
    return 'login';
  }

  protected override get interactive(): boolean {
    return false;
  }

  /** @throws TypeError always: another account has another refresh token. Make another flow. */
  override withAccount(_account: string): this {
    throw new TypeError('A RefreshTokenFlow is for one account: make another flow, with its own refreshToken.');
  }

  /** @internal */
  protected override readSources(): Promise<string> {
    return readSecret('refreshToken', this.options.refreshToken);
  }

  /**
   * @throws InvalidRefreshTokenError, code `GIVEN_REFRESH_TOKEN_SPENT`, when the given one was used before
   *
   * @group Hooks to override
   */
  protected override async authorize(context: AuthorizeContext): Promise<TokenSet> {
    const { previous, refusal, sources } = context;
    if (refusal && !(refusal instanceof LoginRequiredError)) throw refusal;
    const refreshToken = (sources as string | undefined) ?? (await this.readSources());
    if (previous?.refreshToken === refreshToken) throw withRemedy(refusal);
    const bootstrap = await fingerprint(refreshToken);
    if (previous?.stamp?.bootstrap === bootstrap) {
      if (refusal && livesOn.test(refusal.code)) throw withRemedy(refusal);
      throw new InvalidRefreshTokenError({
        ...(refusal && answerIn(refusal)),
        code: 'GIVEN_REFRESH_TOKEN_SPENT',
        message: 'The stored tokens no longer work, and the given refresh token is the one that they grew from.',
        remedy,
        cause: refusal,
      });
    }
    return TokenSet.from({ refresh_token: refreshToken, latchkey: { bootstrap } });
  }
}

/**
 * {@link RefreshTokenFlow} with a storage.
 *
 * @example
 * ```ts
 * import { RefreshTokenFlowSimple } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new RefreshTokenFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-cli',
 *   refreshToken: environmentVariable('MY_REFRESH_TOKEN'),
 *   storage: new FileTokenStorage({ file: './tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class RefreshTokenFlowSimple extends RefreshTokenFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: RefreshTokenFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}

async function fingerprint(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return hex(new Uint8Array(digest));
}

/** What the server said stays; only a login elsewhere helps. */
function withRemedy(refusal: LoginRequiredError | undefined): Error {
  if (!refusal) return new InvalidRefreshTokenError({ remedy });
  const { code, message, cause } = refusal;
  const said = { ...answerIn(refusal), code, message, cause, remedy };
  return livesOn.test(code) ? new LoginRequiredError(said) : new InvalidRefreshTokenError(said);
}
