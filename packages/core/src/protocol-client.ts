import type { AuthFlowOptions } from './auth-flow-options.js';
import { systemClock } from './clock.js';
import { discover } from './discovery.js';
import { TokenEndpointUnavailableError } from './errors.js';
import { importOpenid, type OpenidClient, type ServerMetadata } from './openid.js';
import { PreparedClient } from './prepared-client.js';
import { scrubError } from './secrets.js';

const clients = new WeakMap<AuthFlowOptions, ProtocolClient>();
const accountBases = new WeakMap<AuthFlowOptions, AuthFlowOptions>();

/** Makes the options of one account, which share the protocol client of those that they are made from. */
export function accountOptions(base: AuthFlowOptions, account: string, key: string | undefined): AuthFlowOptions {
  const options = Object.assign(Object.create(base), { account, key }) as AuthFlowOptions;
  accountBases.set(options, accountBases.get(base) ?? base);
  return options;
}

/** Speaks OAuth for a flow; shared by all its accounts, so that metadata is fetched once. */
export class ProtocolClient {
  readonly #options: AuthFlowOptions;
  readonly #now: () => number;
  #metadata: Promise<ServerMetadata> | undefined;

  /** Returns the client of these options; of one object there is one client. */
  static of(options: AuthFlowOptions): ProtocolClient {
    const base = accountBases.get(options) ?? options;
    const client = clients.get(base) ?? new ProtocolClient(base, () => (base.clock ?? systemClock).now());
    clients.set(base, client);
    return client;
  }

  private constructor(options: AuthFlowOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  /**
   * Does all that can fail before a request is sent: imports, discovery, the client's secret.
   *
   * @throws TokenEndpointUnavailableError, also when the function `clientSecret` fails; DiscoveryError;
   * InsecureTransportError.
   */
  async prepare(): Promise<PreparedClient> {
    const openid = await importOpenid();
    const metadata = await (this.#metadata ??= this.#discover(openid));
    return new PreparedClient(openid, metadata, await this.#readSecret(), this.#options, this.#now);
  }

  async #discover(openid: OpenidClient): Promise<ServerMetadata> {
    try {
      return await discover(openid, this.#options);
    } catch (error) {
      this.#metadata = undefined;
      throw error;
    }
  }

  async #readSecret(): Promise<string | undefined> {
    const { clientSecret } = this.#options;
    if (typeof clientSecret !== 'function') return clientSecret;
    try {
      const secret: unknown = await clientSecret();
      if (typeof secret !== 'string') throw new TypeError('The function clientSecret returned no string.');
      return secret;
    } catch (error) {
      throw new TokenEndpointUnavailableError({
        code: 'CLIENT_SECRET_UNAVAILABLE',
        message: 'The function given as clientSecret failed, so nothing was sent.',
        remedy: 'Restore the source of the secret and try again.',
        cause: scrubError(error),
      });
    }
  }
}
