import { DiscoveryError } from '../../errors/index.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { secureUrl } from '../../platform/urls.js';
import { fetchMetadata } from './fetch-metadata.js';
import type { FoundMetadata } from './kept-metadata.js';
import { metadataPlaces } from './places.js';

/**
 * Finds the server's endpoints: those given by the option `server`, else those that are published for the issuer.
 *
 * @throws TokenEndpointUnavailableError when the server cannot be reached; DiscoveryError when it publishes nothing
 * usable; InsecureTransportError when it publishes an endpoint that is neither HTTPS nor on loopback.
 */
export async function discover(settings: FlowSettings): Promise<FoundMetadata> {
  const { server } = settings;
  if (server) {
    const metadata = {
      issuer: server.issuer ?? new URL(server.tokenEndpoint).origin,
      id_token_signing_alg_values_supported: anyAlgorithm,
      token_endpoint: server.tokenEndpoint,
      ...(server.deviceAuthorizationEndpoint && { device_authorization_endpoint: server.deviceAuthorizationEndpoint }),
      ...(server.authorizationEndpoint && { authorization_endpoint: server.authorizationEndpoint }),
      ...(server.pushedAuthorizationRequestEndpoint && {
        pushed_authorization_request_endpoint: server.pushedAuthorizationRequestEndpoint,
      }),
      ...(server.revocationEndpoint && { revocation_endpoint: server.revocationEndpoint }),
      ...(server.introspectionEndpoint && { introspection_endpoint: server.introspectionEndpoint }),
      ...(server.userinfoEndpoint && { userinfo_endpoint: server.userinfoEndpoint }),
    };
    return { metadata, lifetime: Infinity };
  }
  const found = await findMetadata(settings);
  const published = [found.metadata, found.metadata.mtls_endpoint_aliases ?? {}].flatMap((each) =>
    Object.entries<unknown>(each),
  );
  for (const [name, value] of published) {
    if (name.endsWith('_endpoint') && typeof value === 'string') checkEndpoint(value, `The server's ${name}`);
  }
  return { ...found, metadata: { id_token_signing_alg_values_supported: anyAlgorithm, ...found.metadata } };
}

/** Where the server does not say by what it signs id tokens, none is called wrong for that. */
const anyAlgorithm = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 HS256 HS384 HS512'.split(' ');

async function findMetadata(settings: FlowSettings): Promise<FoundMetadata> {
  const { issuer = '', metadataUrl } = settings;
  const expected = new URL(issuer);
  let elsewhere: string | undefined;
  for (const place of metadataUrl === undefined ? metadataPlaces(expected) : [new URL(metadataUrl)]) {
    const found = await fetchMetadata(place, expected, settings);
    if (typeof found === 'object') return found;
    elsewhere ??= found;
  }
  const where =
    metadataUrl === undefined
      ? `${expected.origin} publishes no metadata for this issuer.`
      : `There are no metadata at ${metadataUrl}.`;
  if (elsewhere === undefined) throw new DiscoveryError({ message: where });
  throw new DiscoveryError({
    message: `${where} A redirect leads to ${elsewhere}, and is not followed: the issuer alone says where its tokens come from.`,
    remedy: 'If that is the server, and you trust it, give its issuer; or give the endpoints by the option server.',
  });
}

function checkEndpoint(url: string, name: string): void {
  try {
    secureUrl(url, name);
  } catch (error) {
    if (error instanceof TypeError) throw new DiscoveryError({ message: error.message }); // not the caller's mistake
    throw error;
  }
}
