import type { FlowSettings } from '../options/flow-settings.js';
import type { ClientProof } from './requests/own-proof.js';
import type { GivenAssertions } from '../options/given-assertions.js';
import { CoolDown } from './cool-down.js';
import { givenMetadata } from './discovery/given-metadata.js';
import type { KeptMetadata } from './discovery/kept-metadata.js';
import { OAuthClient } from './oauth-client.js';
import type { ServerMetadata } from './openid/load-openid-client.js';
import { loadPrivateKey } from '../crypto/load-private-key.js';
import type { PrivateKey } from '../crypto/private-key.js';
import { lazyPart } from '../platform/lazy-part.js';
import { readSecret } from '../options/secret-source.js';
import { issuerOf, ServerConnection } from './server-connection.js';

/** What a server whose endpoints are given does without. */
const loadDiscovery = lazyPart(() => import('./discovery/kept-metadata.js'));
const loadGivenAssertions = lazyPart(() => import('../options/given-assertions.js'));

/** What a process learns of an authorization server, and what every request to it needs. */
export class KnownServer {
  readonly settings: FlowSettings;
  readonly #nonces = new Map<string, string>();
  readonly #coolDown: CoolDown;
  readonly #given: ServerMetadata | undefined;
  #published: KeptMetadata | undefined;
  #last: { readonly metadata: ServerMetadata; readonly proof: ClientProof; readonly client: OAuthClient } | undefined;

  constructor(settings: FlowSettings) {
    this.settings = settings;
    this.#coolDown = new CoolDown(() => settings.clock.now());
    this.#given = settings.server && givenMetadata(settings.server);
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
   * Does all that can fail before a request is sent: discovery, the client's secret, key or assertion.
   *
   * @throws TokenEndpointUnavailableError, also when the function `clientSecret`, `clientKey` or `clientAssertion.from`
   * fails; DiscoveryError; InsecureTransportError; TypeError for what cannot be used.
   */
  async prepare(signal?: AbortSignal): Promise<OAuthClient> {
    const metadata = this.#given ?? (await this.#discover());
    const proof = await this.#readProof(metadata, signal);
    if (this.#last?.metadata === metadata && isSame(this.#last.proof, proof)) return this.#last.client;
    const connection = new ServerConnection({ metadata, proof, settings: this.settings, nonces: this.#nonces });
    const client = new OAuthClient(connection, this.#coolDown);
    this.#last = { metadata, proof, client };
    return client;
  }

  async #discover(): Promise<ServerMetadata> {
    const { KeptMetadata } = await loadDiscovery();
    return (this.#published ??= new KeptMetadata(this.settings, this.#coolDown)).get();
  }

  async #readProof(metadata: ServerMetadata, signal: AbortSignal | undefined): Promise<ClientProof> {
    const { clientSecret, clientKey, clientAssertion = {} } = this.settings;
    const secret = clientSecret && (await readSecret('clientSecret', clientSecret, 'secret', signal));
    const key = clientKey && (await readSecret<PrivateKey>('clientKey', clientKey, 'key', signal));
    return {
      secret,
      key: key === undefined ? undefined : await (await loadPrivateKey()).readPrivateKey(key, clientAssertion),
      assertions: await this.#readAssertion(metadata, signal),
    };
  }

  async #readAssertion(
    metadata: ServerMetadata,
    signal: AbortSignal | undefined,
  ): Promise<GivenAssertions | undefined> {
    const { settings } = this;
    const { from, audience } = settings.clientAssertion ?? {};
    if (!from) return undefined;
    const tokenEndpoint = metadata.token_endpoint ?? '';
    const assertedTo = audience ?? issuerOf({ settings, metadata }) ?? tokenEndpoint;
    const context = { clientId: settings.clientId, audience: assertedTo, tokenEndpoint };
    return (await loadGivenAssertions()).GivenAssertions.begin(from, context, () => settings.clock.now(), signal);
  }
}

/** Whether two proofs are one secret. A key is read, and an assertion begun, for each client anew. */
function isSame(one: ClientProof, other: ClientProof): boolean {
  const isSecret = !one.key && !one.assertions && !other.key && !other.assertions;
  return isSecret && one.secret === other.secret;
}
