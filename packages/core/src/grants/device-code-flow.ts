import type { AuthorizeContext } from '../renewal/authorize-context.js';
import type { DeviceCode, DeviceCodePrompt } from '../server/device-code.js';
import { DeviceCodePollingError, OAuthError } from '../errors/index.js';
import { grantParameters } from '../options/grant-parameters.js';
import { askedFor } from '../flow/asked-for.js';
import { checkForms, isFunction } from '../flow/option-forms.js';
import { requireStorage, StoredAuthFlow, type StoredAuthFlowOptions } from '../flow/stored-auth-flow.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { TokenStorage } from '../storage/token-storage.js';
import { lazyPart } from '../platform/lazy-part.js';
import { unlessAborted, untilAborted } from '../platform/waiting.js';

const loadPoll = lazyPart(() => import('./device-code-poll.js'));
const loadPrintPrompt = lazyPart(() => import('./print-prompt.js'));

/** Options of {@link DeviceCodeFlow}. @group Options */
export interface DeviceCodeFlowOptions extends StoredAuthFlowOptions {
  /** Shows a person where to approve the login. Set it to say so in your own way. @defaultValue prints it to stderr */
  readonly promptUser?: ((prompt: DeviceCodePrompt) => void | Promise<void>) | undefined;
}

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
/** A device code, the scopes that it was asked for with, and whether it is being polled. */
type RequestedCode = DeviceCode & { readonly scope: string | undefined; isPolled?: boolean };

const pending = new WeakMap<DeviceCodeFlow, RequestedCode>();

/**
 * Tokens for a person who approves the login on another device (RFC 8628): for programs without a browser.
 *
 * @example
 * ```ts
 * import { DeviceCodeFlow } from '@latchkey/core';
 *
 * const flow = new DeviceCodeFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-cli',
 *   scope: 'openid offline_access',
 * });
 * await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
 * ```
 * @group Flows
 */
export class DeviceCodeFlow extends StoredAuthFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: DeviceCodeFlowOptions) {
    super(options);
    checkForms(options, { promptUser: [isFunction, 'a function'] });
  }

  protected override get options(): DeviceCodeFlowOptions {
    return super.options;
  }

  protected override get interactive(): boolean {
    return true;
  }

  /**
   * Logs in: asks for a code, prompts the person, waits for the approval, saves the tokens. Callers at the same time
   * share one login.
   *
   * @throws DeviceCodeRequestError, DeviceCodeDeniedError, DeviceCodeExpiredError, DeviceCodePollingError;
   * StorageUnavailableError before anybody is asked
   */
  doFlow(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    return this.logIn(options);
  }

  /**
   * Shows the person where to approve; a hook, by default the option of this name. Polling begins when it resolves.
   *
   * @group Hooks to override
   */
  protected async promptUser(prompt: DeviceCodePrompt): Promise<void> {
    const { promptUser = (await loadPrintPrompt()).printPrompt } = this.options;
    await promptUser(prompt);
  }

  /** Asks for a code, for programs that prompt by themselves; {@link poll} waits for its approval. */
  requestDeviceCode(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<DeviceCodePrompt> {
    return unlessAborted(options.signal, async () => {
      await this.loadToReplace();
      const code = await this.#requestCode(options.signal);
      pending.set(this, code);
      return code.prompt;
    });
  }

  /**
   * Waits for the approval of the requested code, and saves the tokens. Where its signal or the storage ends it before
   * the server has answered, it can be called again.
   *
   * @throws as `doFlow`
   */
  async poll(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<TokenSet> {
    const code = pending.get(this);
    if (!code || code.isPolled) {
      throw new DeviceCodePollingError({
        code: 'DEVICE_CODE_NOT_REQUESTED',
        message: 'There is no device code to poll for: none was requested, or it is being polled already.',
        remedy: 'Call requestDeviceCode() before each poll(), or doFlow() for both.',
      });
    }
    code.isPolled = true;
    try {
      return await this.logIn(options, ({ signal }) => this.#pollRequested(code, signal));
    } finally {
      code.isPolled = false;
    }
  }

  protected override async authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
    const code = await this.#requestCode(signal);
    await untilAborted(signal, Promise.resolve(this.promptUser(code.prompt))); // in JavaScript it may be no promise
    return this.#poll(code, signal);
  }

  async #requestCode(signal: AbortSignal | undefined): Promise<RequestedCode> {
    const client = await this.prepareClient();
    const scope = this.scopeToAskFor;
    return { ...(await client.requestDeviceCode(grantParameters(this.options, { scope }), signal)), scope };
  }

  /** Polls, and forgets the code once the server has spoken, or it has ended. */
  async #pollRequested(code: RequestedCode, signal: AbortSignal): Promise<TokenSet> {
    let isOver = true;
    try {
      return await this.#poll(code, signal);
    } catch (error) {
      isOver = error instanceof OAuthError && !error.retryable;
      throw error;
    } finally {
      if (isOver && pending.get(this) === code) pending.delete(this);
    }
  }

  async #poll(code: RequestedCode, signal: AbortSignal): Promise<TokenSet> {
    const { pollDeviceCode } = await loadPoll();
    const parameters = { device_code: code.deviceCode, scope: undefined, audience: undefined };
    const request = (): Promise<TokenSet> => this.requestTokens(grantType, parameters, { signal });
    return askedFor(code.scope, await pollDeviceCode(code, request, this.settings.clock, signal));
  }
}

/**
 * {@link DeviceCodeFlow} with a storage.
 *
 * @example
 * ```ts
 * import { DeviceCodeFlowSimple } from '@latchkey/core';
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const flow = new DeviceCodeFlowSimple({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-cli',
 *   scope: 'openid offline_access',
 *   storage: new FileTokenStorage({ file: './tokens.json' }),
 * });
 * ```
 * @group Flows
 */
export class DeviceCodeFlowSimple extends DeviceCodeFlow {
  /** @internal */
  static override readonly isBuiltFromOptions = true;

  constructor(options: DeviceCodeFlowOptions & { readonly storage: TokenStorage }) {
    super(requireStorage(options));
  }
}
