import type { FlowSettings } from '../options/flow-settings.js';
import { lazyPart } from '../platform/lazy-part.js';
import type { KnownServer } from './known-server.js';
import type { OAuthClient } from './oauth-client.js';

/** All that makes requests, which a program that finds a fresh token does without. */
const loadRequests = lazyPart(() => import('./known-server.js'));

/** An authorization server; shared by all accounts of a flow, so that metadata is fetched once. */
export class AuthorizationServer {
  readonly settings: FlowSettings;
  #known: KnownServer | undefined;

  constructor(settings: FlowSettings) {
    this.settings = settings;
  }

  /**
   * Does all that can fail before a renewal is sent.
   *
   * @throws as `prepare`; TokenEndpointUnavailableError while a server that failed is spared
   */
  async prepareRenewal(): Promise<OAuthClient> {
    return (await this.#know()).prepareRenewal();
  }

  /**
   * Does all that can fail before a request is sent: discovery, the client's secret, key or assertion.
   *
   * @throws TokenEndpointUnavailableError, also when the function `clientSecret`, `clientKey` or `clientAssertion.from`
   * fails; DiscoveryError; InsecureTransportError; TypeError for what cannot be used.
   * @param signal - fires when nobody waits for such a function any longer
   */
  async prepare(signal?: AbortSignal): Promise<OAuthClient> {
    return (await this.#know()).prepare(signal);
  }

  async #know(): Promise<KnownServer> {
    if (this.#known) return this.#known;
    const { KnownServer } = await loadRequests();
    return (this.#known ??= new KnownServer(this.settings));
  }
}
