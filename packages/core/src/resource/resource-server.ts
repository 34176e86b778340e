import { DiscoveryError } from '../errors/index.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { readOptions } from '../options/flow-settings.js';
import { untilAborted } from '../platform/waiting.js';
import { discover } from '../server/discovery/discover.js';
import type { ServerMetadata } from '../server/openid/load-openid-client.js';
import { type Asking, readDocument } from './read-document.js';
import { trustedUrl } from './trusted-url.js';

/** An authorization server: what it publishes, and the options by which a flow finds it. */
export interface ResourceServer {
  readonly metadata: ServerMetadata;
  readonly options: Pick<AuthFlowOptions, 'issuer' | 'metadataUrl' | 'server'>;
}

/**
 * Looks up the metadata of a server that a resource names.
 *
 * @throws DiscoveryError, code `RESOURCE_METADATA_INVALID` for an endpoint that the resource must not name;
 * TokenEndpointUnavailableError
 */
export async function namedServer(
  resource: URL,
  options: Pick<AuthFlowOptions, 'issuer' | 'metadataUrl'>,
  { settings, signal }: Asking,
): Promise<ResourceServer> {
  const found = discover(readOptions({ ...settings, ...options, clientId: 'unknown' }));
  const { metadata } = await untilAborted(signal, found);
  const { mtls_endpoint_aliases: aliases = {}, ...own } = metadata;
  for (const [name, value] of [...Object.entries(own), ...Object.entries(aliases)]) {
    if (name.endsWith('_endpoint')) trustedUrl(value, `The server's ${name}`, resource);
  }
  return { metadata, options };
}

/**
 * Takes a resource that publishes nothing about itself for its own server, as MCP's revision of March 2025 has it: its
 * metadata stand at the root, though its issuer may have a path. One that has none, and `wantsToken`, has its endpoints at
 * the paths that this revision names.
 *
 * @throws as {@link namedServer}
 */
export async function ownServer(resource: URL, wantsToken: boolean, asking: Asking): Promise<ResourceServer> {
  const { origin } = resource;
  const place = new URL('/.well-known/oauth-authorization-server', origin);
  const named = (await readDocument(place, asking))?.['issuer'];
  const isBelow = typeof named === 'string' && named.startsWith(`${origin}/`) && named !== `${origin}/`;
  try {
    const options = isBelow ? { issuer: named, metadataUrl: place.href } : { issuer: origin };
    return await namedServer(resource, options, asking);
  } catch (error) {
    const publishesNothing = error instanceof DiscoveryError && error.code === 'DISCOVERY_INVALID';
    if (!wantsToken || !publishesNothing || (error.status ?? 404) < 300) throw error;
  }
  const [tokenEndpoint, authorizationEndpoint] = [`${origin}/token`, `${origin}/authorize`];
  return {
    metadata: { issuer: origin, registration_endpoint: `${origin}/register` },
    options: { server: { issuer: origin, tokenEndpoint, authorizationEndpoint } },
  };
}
