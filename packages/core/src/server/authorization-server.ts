import type { FlowSettings } from '../options/flow-settings.js';
import type { ClientProof } from './client-authentication.js';
import { CoolDown } from './cool-down.js';
import { discover } from './discovery.js';
import { KeptMetadata } from './kept-metadata.js';
import { OAuthClient } from './oauth-client.js';
import { readPrivateKey } from '../crypto/private-key.js';
import { readSecret } from '../options/secret-source.js';
import { ServerConnection } from './server-connection.js';

/** What is known of an authorization server; shared by all accounts of a flow, so that metadata is fetched once. */
export class AuthorizationServer {
  readonly settings: FlowSettings;
  readonly #nonces = new Map<string, string>();
  readonly #coolDown: CoolDown;
  readonly #metadata: KeptMetadata;

  constructor(settings: FlowSettings) {
    this.settings = settings;
    const now = (): number => settings.clock.now();
    this.#coolDown = new CoolDown(now);
    this.#metadata = new KeptMetadata(() => this.#coolDown.watch(() => discover(settings)), now);
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
    const connection = new ServerConnection({ metadata, proof, settings: this.settings, nonces: this.#nonces });
    return new OAuthClient(connection, this.#coolDown);
  }

  async #readProof(): Promise<ClientProof> {
    const { clientSecret, clientKey, clientAssertion = {} } = this.settings;
    const secret = clientSecret === undefined ? undefined : await readSecret('clientSecret', clientSecret);
    const key = clientKey === undefined ? undefined : await readSecret('clientKey', clientKey, ['string', 'object']);
    return { secret, key: key === undefined ? undefined : await readPrivateKey(key, clientAssertion) };
  }
}
