import type { AuthFlowOptions } from '../options/flow-options.js';
import type { ClientProof } from './client-authentication.js';
import { systemClock } from '../platform/clock.js';
import { CoolDown } from './cool-down.js';
import { discover } from './discovery.js';
import { KeptMetadata } from './kept-metadata.js';
import { OAuthClient } from './oauth-client.js';
import { readPrivateKey } from '../crypto/private-key.js';
import { readSecret } from '../options/secret-source.js';
import { ServerConnection } from './server-connection.js';

const clients = new WeakMap<AuthFlowOptions, AuthorizationServer>();
const accountBases = new WeakMap<AuthFlowOptions, AuthFlowOptions>();

/** Copies options for one account; the copy shares the protocol client of the original. */
export function accountOptions(
  base: AuthFlowOptions,
  account: string | undefined,
  key: string | undefined,
): AuthFlowOptions {
  const options = Object.assign(Object.create(Object.getPrototypeOf(base) as object | null), base, {
    account,
    key,
  }) as AuthFlowOptions;
  accountBases.set(options, accountBases.get(base) ?? base);
  return options;
}

/** Speaks OAuth for a flow; shared by all its accounts, so that metadata is fetched once. */
export class AuthorizationServer {
  readonly #options: AuthFlowOptions;
  readonly #now: () => number;
  readonly #nonces = new Map<string, string>();
  readonly #coolDown: CoolDown;
  readonly #metadata: KeptMetadata;

  /** Returns the client of these options; of one object there is one client. */
  static of(options: AuthFlowOptions): AuthorizationServer {
    const base = accountBases.get(options) ?? options;
    const client = clients.get(base) ?? new AuthorizationServer(base, () => (base.clock ?? systemClock).now());
    clients.set(base, client);
    return client;
  }

  private constructor(options: AuthFlowOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#coolDown = new CoolDown(now);
    this.#metadata = new KeptMetadata(() => this.#coolDown.watch(() => discover(options)), now);
  }

  /**
   * Does all that can fail before a renewal is sent.
   *
   * @throws as `prepare`; TokenEndpointUnavailableError while a server that failed is spared
   */
  prepareRenewal(): Promise<OAuthClient> {
    this.#coolDown.assertOver();
    return this.prepare();
  }

  /**
   * Does all that can fail before a request is sent: discovery, the client's secret or key.
   *
   * @throws TokenEndpointUnavailableError, also when the function `clientSecret` or `clientKey`
   * fails; DiscoveryError; InsecureTransportError; TypeError for a key that cannot be read.
   */
  async prepare(): Promise<OAuthClient> {
    const metadata = await this.#metadata.get();
    const proof = await this.#readProof();
    const parts = { metadata, proof, options: this.#options, now: this.#now, nonces: this.#nonces };
    return new OAuthClient(new ServerConnection(parts), this.#coolDown);
  }

  async #readProof(): Promise<ClientProof> {
    const { clientSecret, clientKey, clientAssertion = {} } = this.#options;
    const secret = clientSecret === undefined ? undefined : await readSecret('clientSecret', clientSecret);
    const key = clientKey === undefined ? undefined : await readSecret('clientKey', clientKey, ['string', 'object']);
    return { secret, key: key === undefined ? undefined : await readPrivateKey(key, clientAssertion) };
  }
}
