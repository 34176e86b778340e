import { DiscoveryError } from '../errors/index.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { readOptions } from '../options/flow-settings.js';
import { discover } from '../server/discovery/discover.js';
import type { ServerMetadata } from '../server/load-openid-client.js';
import type { Asking } from './read-document.js';
import { trustedUrl } from './trusted-url.js';

/** An authorization server: what it publishes, and the options by which a flow finds it. */
export interface ResourceServer {
  readonly metadata: ServerMetadata;
  readonly options: Pick<AuthFlowOptions, 'issuer' | 'server'>;
}

/** For which resource a server is looked up. */
export interface ServerLookup {
  readonly resource: URL;
  /** Whether the resource publishes nothing about itself, and is taken for its own server. */
  readonly isLegacy: boolean;
  readonly asking: Asking;
}

/**
 * Looks up a server's metadata. A legacy one that publishes none has its endpoints at the paths that MCP's revision of
 * March 2025 names.
 *
 * @throws DiscoveryError; TokenEndpointUnavailableError
 */
export async function discoverServer(
  issuer: string,
  { resource, isLegacy, asking: { settings } }: ServerLookup,
): Promise<ResourceServer> {
  try {
    const { metadata } = await discover(readOptions({ ...settings, issuer, clientId: 'unknown' }));
    for (const [name, value] of Object.entries(metadata)) {
      if (name.endsWith('_endpoint')) trustedUrl(value, `The server's ${name}`, resource);
    }
    return { metadata, options: { issuer } };
  } catch (error) {
    const publishesNothing = error instanceof DiscoveryError && error.code === 'DISCOVERY_INVALID' && !error.status;
    if (!isLegacy || !publishesNothing) throw error;
  }
  const [tokenEndpoint, authorizationEndpoint] = [`${issuer}/token`, `${issuer}/authorize`];
  return {
    metadata: { issuer, registration_endpoint: `${issuer}/register` },
    options: { server: { issuer, tokenEndpoint, authorizationEndpoint } },
  };
}
