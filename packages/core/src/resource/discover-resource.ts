import { DiscoveryError } from '../errors/index.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { readOptions } from '../options/flow-settings.js';
import { secureUrl } from '../platform/urls.js';
import type { TokenStorage } from '../storage/token-storage.js';
import { checkClient, chooseClient, type ChosenClient, type ResourceClient } from './client-choice.js';
import type { Asking } from './read-document.js';
import { resourceChallenge } from './resource-challenge.js';
import { resourceMetadata } from './resource-metadata.js';
import { namedServer, ownServer } from './resource-server.js';

/** Chooses one of the issuers whose tokens an API takes. @group Options */
export type ServerChoice = (issuers: readonly string[]) => string | Promise<string>;

/**
 * Options of {@link discoverResource}. `headers` are sent to the API, and to each server that it names: no keys.
 *
 * @group Options
 */
export interface DiscoverResourceOptions extends Pick<AuthFlowOptions, 'fetch' | 'headers' | 'timeout' | 'clock'> {
  /** As which client to ask for tokens; or a function that says it for an issuer, and so vouches for that. */
  readonly client: ResourceClient | ((issuer: string) => ResourceClient | Promise<ResourceClient>);
  /** Where tokens, and a registered client, are kept. Not one file: it has room for one record. */
  readonly storage?: TokenStorage | undefined;
  /**
   * Called with the issuers that the API names; what it throws ends the discovery.
   *
   * @defaultValue the only one; with several, a DiscoveryError
   */
  readonly chooseServer?: ServerChoice | undefined;
  /** An answer with which the API refused a request. @defaultValue asks for one, by a GET without a token */
  readonly challenge?: Response | undefined;
  /** A registered client that the server refused by an OAuth error: another is registered, once a minute at most. */
  readonly refused?: string | undefined;
  /** Ends the discovery. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link discoverResource} finds: options of a flow. @group Options */
export interface DiscoveredResource
  extends
    ChosenClient,
    Pick<AuthFlowOptions, 'issuer' | 'metadataUrl' | 'server' | 'scope' | 'fetch' | 'headers' | 'timeout' | 'clock'> {
  /** What tokens are for (RFC 8707); absent where the API publishes nothing about itself. */
  readonly resource?: string;
  /** The API's own origin. */
  readonly allowedOrigins: readonly string[];
  readonly storage?: TokenStorage;
}

/**
 * Goes from an API's URL to the options of a flow: protected resource metadata (RFC 9728), the authorization server's
 * metadata (RFC 8414, OpenID Connect Discovery) and a client. An API that publishes nothing about itself, as MCP servers
 * before June 2025, is taken for its own authorization server.
 *
 *     const options = await discoverResource('https://mcp.example.org/mcp', {
 *       client: { register: { client_name: 'my-cli' } },
 *       storage,
 *     });
 *     const flow = new AuthorizationCodeFlow({ ...options, redirect: loopbackRedirect() });
 *
 * What an API says of itself is believed within bounds: all is HTTPS; only an API on this machine may name what is on
 * this machine; `resource_metadata` is of the API's origin, no redirect leaves an origin, and `resource` is the URL or a path above
 * it.
 *
 * @throws TypeError for options that cannot be; InsecureTransportError; DiscoveryError, code `RESOURCE_METADATA_INVALID`,
 * `SEVERAL_AUTHORIZATION_SERVERS` or `DISCOVERY_INVALID`; RegistrationError; TokenEndpointUnavailableError; the storage's errors
 * @group Start here
 */
export async function discoverResource(
  url: string | URL,
  options: DiscoverResourceOptions,
): Promise<DiscoveredResource> {
  const { client, storage, chooseServer, challenge, refused, signal, ...own } = options;
  const target = secureUrl(String(url), 'The URL of the resource');
  target.hash = '';
  if (typeof client !== 'function') checkClient(client, storage);
  const asking: Asking = { settings: readOptions({ ...own, clientId: '' }), signal };

  const said = await resourceChallenge(target, challenge, asking);
  const published = await resourceMetadata(target, said.resourceMetadata, asking);
  const { metadata, options: ofServer } = published
    ? await namedServer(target, { issuer: await choose(published.servers, chooseServer) }, asking)
    : await ownServer(target, said.isRefusal, asking);
  const issuer = ofServer.issuer ?? metadata.issuer;
  const candidate = typeof client === 'function' ? await client(issuer) : client;
  if (candidate !== client) checkClient({ issuer, ...candidate }, storage);
  const chosen = await chooseClient({ client: candidate, issuer, metadata, storage, refused, asking });
  const scope = withOfflineAccess(said.scope ?? published?.scopes.join(' '), metadata.scopes_supported);
  return {
    ...own,
    ...ofServer,
    ...chosen,
    ...(scope !== undefined && { scope }),
    ...(published && { resource: published.resource }),
    ...(storage && { storage }),
    allowedOrigins: [target.origin],
  };
}

async function choose(issuers: readonly string[], chooseServer: ServerChoice | undefined): Promise<string> {
  const [first = '', ...others] = issuers;
  const chosen = chooseServer ? await chooseServer(issuers) : first;
  if (!issuers.includes(chosen)) throw new TypeError('chooseServer must return one of the issuers that it was given.');
  if (chooseServer || others.length === 0) return chosen;
  throw new DiscoveryError({
    code: 'SEVERAL_AUTHORIZATION_SERVERS',
    message: `The API takes tokens of ${issuers.length} authorization servers: ${issuers.slice(0, 5).join(', ')}.`,
    remedy: 'Say by chooseServer where to log in.',
  });
}

/** Asks for a refresh token where the server says that this is its scope for one (OpenID Connect Core section 11). */
function withOfflineAccess(scope: string | undefined, supported: readonly string[] | undefined): string | undefined {
  const wanted = (scope ?? '').split(' ').filter(Boolean);
  if (supported?.includes('offline_access') && !wanted.includes('offline_access')) wanted.push('offline_access');
  return wanted.length > 0 ? wanted.join(' ') : undefined;
}
