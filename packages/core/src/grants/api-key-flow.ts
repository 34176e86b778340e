import { AuthFlow } from '../flow/auth-flow.js';
import type { FlowOptions } from '../options/flow-options.js';
import { checkSecretSource, readSecret, type SecretSource } from '../options/secret-source.js';
import { TokenSet } from '../tokens/token-set.js';

/** Options of {@link ApiKeyFlow}. @group Options */
export interface ApiKeyFlowOptions extends FlowOptions {
  /** The key, or a function that fetches it when it is first needed, such as `environmentVariable('ACME_API_KEY')`. */
  readonly apiKey: SecretSource<string>;
  /** The header that carries the key. Set it to the one that the API names. @defaultValue `authorization` */
  readonly headerName?: string | undefined;
  /**
   * Stands before the key; empty for the key alone. Rarely needed: where the API wants another word.
   *
   * @defaultValue `Bearer` in `authorization`, else empty
   */
  readonly scheme?: string | undefined;
}

/**
 * A static API key behind the entry point that the other flows have. There is no server, and nothing is stored.
 *
 * @example
 * ```ts
 * import { ApiKeyFlow } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 *
 * const flow = new ApiKeyFlow({
 *   apiKey: environmentVariable('ACME_API_KEY'),
 *   headerName: 'x-api-key',
 *   allowedOrigins: ['https://api.example.org'],
 * });
 * await flow.fetch('https://api.example.org/files');
 * ```
 * @group Flows
 */
export class ApiKeyFlow extends AuthFlow {
  constructor(options: ApiKeyFlowOptions) {
    const { apiKey, headerName, scheme } = options;
    checkSecretSource('apiKey', apiKey);
    if (typeof apiKey === 'string') assertHeaderValue(apiKey);
    if (headerName !== undefined && !/^[!#$%&'*+.^`|~\w-]+$/.test(headerName)) {
      throw new TypeError('headerName must be the name of a header (RFC 9110 section 5.1).');
    }
    if (scheme !== undefined && (typeof scheme !== 'string' || !/^[\x20-\x7e]*$/.test(scheme))) {
      throw new TypeError('scheme must be a string that a header can carry.');
    }
    super(options);
  }

  protected override get options(): ApiKeyFlowOptions & AuthFlow['options'] {
    return super.options as ApiKeyFlowOptions & AuthFlow['options'];
  }

  /** Names the key in events. @defaultValue `api-key` */
  override get key(): string {
    return this.options.key ?? 'api-key';
  }

  protected override get needsServer(): boolean {
    return false;
  }

  protected override get interactive(): boolean {
    return false;
  }

  /** Each flow keeps its own key: two of one name may have two. */
  protected override get credentialPlace(): undefined {
    return undefined;
  }

  /**
   * Reads the key.
   *
   * @throws TypeError when no header can carry it; TokenEndpointUnavailableError, code `CLIENT_SECRET_UNAVAILABLE`, when
   * the function given for it fails
   * @group Hooks to override
   */
  protected override async authorize(): Promise<TokenSet> {
    const key = await readSecret('apiKey', this.options.apiKey);
    assertHeaderValue(key);
    return TokenSet.from({ access_token: key });
  }

  /** The key in the header that the options describe. @group Hooks to override */
  protected override tokenHeader(key: string): readonly [name: string, value: string] {
    const { headerName = 'authorization' } = this.options;
    const { scheme = headerName.toLowerCase() === 'authorization' ? 'Bearer' : '' } = this.options;
    return [headerName, scheme === '' ? key : `${scheme} ${key}`];
  }

  protected override loadTokens(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  protected override saveTokens(): Promise<void> {
    return Promise.resolve();
  }

  /** Forgets the key; the next call reads it again. @group Hooks to override */
  protected override deleteTokens(): Promise<void> {
    return Promise.resolve();
  }
}

/** A header with a line break in it is refused by fetch, in words that quote it. */
function assertHeaderValue(key: string): void {
  if (/^[\x21-\x7e]+$/.test(key)) return;
  throw new TypeError('apiKey is empty or holds characters that no header can carry, such as a line break.');
}
