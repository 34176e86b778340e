import { parseUrl } from '../platform/urls.js';
import { type Asking, readDocument } from './read-document.js';
import { covers, trustedUrl, untrusted } from './trusted-url.js';

/** What a resource says of itself (RFC 9728 section 2). */
export interface ResourceMetadata {
  /** Its identifier: what tokens are asked for. */
  readonly resource: string;
  /** The issuers whose tokens it takes, as it wrote them; those that may not be trusted are left out. */
  readonly servers: readonly string[];
  readonly scopes: readonly string[];
}

/**
 * Finds what a resource publishes about itself: where its challenge points, else at the places of RFC 9728 section 3.1,
 * and for its whole origin. `undefined` when it publishes nothing.
 *
 * @throws DiscoveryError for what breaks a rule of trust; TokenEndpointUnavailableError
 */
export async function resourceMetadata(
  url: URL,
  pointer: string | undefined,
  asking: Asking,
): Promise<ResourceMetadata | undefined> {
  if (pointer !== undefined) {
    const place = trustedUrl(parseUrl(pointer, url)?.href, 'resource_metadata', url);
    if (place.origin !== url.origin) throw untrusted('resource_metadata is of another origin than the API');
    const document = await readDocument(place, asking);
    if (!document) throw untrusted('at resource_metadata there is no document, or only a redirect to elsewhere');
    return check(document, url);
  }
  for (const place of wellKnownPlaces(url)) {
    const document = await readDocument(place, asking);
    if (document) return check(document, url);
  }
  return undefined;
}

function wellKnownPlaces(url: URL): URL[] {
  const wellKnown = '/.well-known/oauth-protected-resource';
  const path = url.pathname.replace(/\/$/, '');
  const places = [`${wellKnown}${path}${url.search}`, wellKnown].map((place) => new URL(place, url).href);
  return [...new Set(places)].map((place) => new URL(place));
}

function check(document: Record<string, unknown>, url: URL): ResourceMetadata {
  const { resource, authorization_servers: servers, scopes_supported: scopes } = document;
  const identifier = typeof resource === 'string' ? parseUrl(resource) : undefined;
  if (!identifier || !covers(identifier, url)) {
    throw untrusted('resource is neither the URL that was asked for nor a path above it');
  }
  const named = texts(servers);
  const trusted = named.filter((server) => isTrusted(server, url));
  if (trusted.length === 0) {
    for (const server of named) trustedUrl(server, 'authorization_servers', url);
    throw untrusted('authorization_servers names none');
  }
  return { resource: String(resource), servers: trusted, scopes: texts(scopes) };
}

function isTrusted(server: string, url: URL): boolean {
  try {
    const { search, hash } = trustedUrl(server, 'authorization_servers', url);
    return search === '' && hash === '';
  } catch {
    return false;
  }
}

/** A list of texts, which some write as one text. */
function texts(value: unknown): string[] {
  const list: unknown[] = typeof value === 'string' ? value.split(/\s+/) : Array.isArray(value) ? value : [];
  return list.filter((item) => typeof item === 'string' && item !== '') as string[];
}
