import { DiscoveryError, type AnswerDetails } from '../../errors/index.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { fetchMetadata, type FoundMetadata, type MissingMetadata } from './fetch-metadata.js';
import { anyAlgorithm } from './given-metadata.js';
import { metadataPlaces } from './places.js';
import { usableMetadata } from './usable-metadata.js';

/**
 * Finds the metadata that a server publishes for the issuer.
 *
 * @throws TokenEndpointUnavailableError when the server cannot be reached; DiscoveryError when it publishes nothing
 * usable; InsecureTransportError when it publishes an endpoint that is neither HTTPS nor on loopback.
 */
export async function discover(settings: FlowSettings): Promise<FoundMetadata> {
  const { metadata, lifetime } = await findMetadata(settings);
  return { metadata: { id_token_signing_alg_values_supported: anyAlgorithm, ...usableMetadata(metadata) }, lifetime };
}

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
