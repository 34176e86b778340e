import { DiscoveryError, type AnswerDetails } from '../../errors/index.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { fetchMetadata, type MissingMetadata } from './fetch-metadata.js';
import type { FoundMetadata } from './kept-metadata.js';
import { metadataPlaces } from './places.js';
import { usableMetadata } from './usable-metadata.js';

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
  const metadata = usableMetadata(found.metadata);
  return { ...found, metadata: { id_token_signing_alg_values_supported: anyAlgorithm, ...metadata } };
}

/** Where the server does not say by what it signs id tokens, none is called wrong for that. */
const anyAlgorithm = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 HS256 HS384 HS512'.split(' ');

async function findMetadata(settings: FlowSettings): Promise<FoundMetadata> {
  const { issuer = '', metadataUrl } = settings;
  const expected = new URL(issuer);
  const missing: MissingMetadata[] = [];
  for (const place of metadataUrl === undefined ? metadataPlaces(expected) : [new URL(metadataUrl)]) {
    const found = await fetchMetadata(place, expected, settings);
    if (!('place' in found)) return found;
    missing.push(found);
  }
  const where =
    metadataUrl === undefined
      ? `${expected.origin} publishes no metadata for this issuer`
      : `There are no metadata at ${metadataUrl}`;
  const { leadsTo } = missing.find((each) => each.leadsTo !== undefined) ?? {};
  if (leadsTo === undefined) throw new DiscoveryError(instead(where, missing));
  throw new DiscoveryError({
    message: `${where}. A redirect leads to ${leadsTo}, and is not followed: the issuer alone says where its tokens come from.`,
    remedy: 'If that is the server, and you trust it, give its issuer; or give the endpoints by the option server.',
  });
}

/** Says what stands in the place of metadata, if it is more than nothing: a page, a refusal. */
function instead(where: string, missing: readonly MissingMetadata[]): AnswerDetails {
  const { place, status } = missing.find((each) => each.status !== 404) ?? {};
  if (!place || status === undefined) return { message: `${where}.` };
  const isRefusal = status >= 300;
  return {
    message: `${where}: ${place.href} answers with status ${status}${isRefusal ? '' : ', and no JSON'}.`,
    remedy:
      'Check the issuer, and that no proxy, firewall or page for people answers in its place; or give the endpoints by the ' +
      'option server.',
    ...(isRefusal && { status }),
  };
}
