import { DiscoveryError } from '../errors/index.js';
import { parseUrl, pointsHere, secureUrl } from '../platform/urls.js';

/**
 * Parses a URL that a resource or its server names. It must be HTTPS; only a resource on this machine may name what is
 * on this machine too, or `http:`. Whoever runs an API elsewhere must not make a client knock at its own doors.
 *
 * @throws DiscoveryError, code `RESOURCE_METADATA_INVALID`
 */
export function trustedUrl(value: unknown, name: string, resource: URL): URL {
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (!url) throw untrusted(`${name} is no absolute URL`);
  if (pointsHere(url.hostname) && !pointsHere(resource.hostname)) {
    throw untrusted(`${name} is on this machine, and the API is not`);
  }
  try {
    return secureUrl(url.href, name);
  } catch {
    throw untrusted(`${name} is neither an https: URL nor on this machine, or holds a user name`);
  }
}

/** What an API or its server publishes breaks a rule; `what` says which. */
export function untrusted(what: string): DiscoveryError {
  return new DiscoveryError({
    code: 'RESOURCE_METADATA_INVALID',
    message: `What the API publishes about itself cannot be trusted: ${what}.`,
    remedy: 'Check the URL. If it is right, tell whoever runs the API, and log in nowhere that it sends you.',
  });
}

/** Tells whether `resource` is `url` itself, with or without a slash at its end, or a path above it at the same origin. */
export function covers(resource: URL, url: URL): boolean {
  if (resource.origin !== url.origin || resource.hash !== '') return false;
  if (resource.search !== '' && (resource.search !== url.search || resource.pathname !== url.pathname)) return false;
  return folderOf(url).startsWith(folderOf(resource));
}

function folderOf({ pathname }: URL): string {
  return pathname.replace(/\/?$/, '/');
}
