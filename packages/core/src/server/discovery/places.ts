import { parseUrl } from '../../platform/urls.js';
import { isRedirect } from '../http-exchange.js';

/**
 * Lists where clients look for the metadata of an issuer: OpenID Connect Discovery section 4, RFC 8414 section 3 (the
 * well-known name goes between host and path), OpenID's name at that place, as the specification of MCP asks for it, and
 * RFC 8414's behind the path, where some servers have it.
 */
export function metadataPlaces(issuer: URL): URL[] {
  const path = issuer.pathname.replace(/\/+$/, '');
  const [openid, oauth] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];
  const paths = [path + openid, oauth + path, openid + path, path + oauth];
  return [...new Set(paths)].map((place) => new URL(place + issuer.search, issuer));
}

/** Returns where an answer leads to, as long as that is the same origin. */
export function redirectWithin(url: URL, status: number, location: string | null): URL | undefined {
  const target = isRedirect(status) && location !== null ? parseUrl(location, url) : undefined;
  return target?.origin === url.origin && target.username === '' && target.password === '' ? target : undefined;
}

/** Where Microsoft alone publishes metadata: the clouds of the world, of the government of the US and of China; accounts of customers. */
const clouds =
  /^https:\/\/(login\.(microsoft(online)?\.(com|us)|windows\.net|(partner\.microsoftonline|chinacloudapi)\.cn)|[^.]+\.(b2c|ciam)login\.com)$/;

/**
 * Tells whether metadata are of the issuer that was asked for (RFC 8414 section 3.3). Microsoft's multi-tenant metadata and those of
 * its B2C name another (a pattern, or a tenant's id), which OpenID clients let pass. Whoever else could do so would be sent the codes of
 * logins at the server that they name.
 */
export function isOfIssuer(named: string, expected: URL): boolean {
  const { origin, href, pathname } = expected;
  if (clouds.test(origin)) return true;
  const issuer = parseUrl(named);
  if (issuer?.origin !== origin || named.includes('{tenantid}')) return false; // no redirect is compared with a pattern
  return issuer.href === href || /^\/[^/]+\.onmicrosoft\.com\//.test(pathname); // B2C at a domain of one's own
}
