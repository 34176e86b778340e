import { InsecureTransportError } from '../errors/index.js';

/**
 * Parses a URL; `undefined` when it is none. Not by `URL.canParse`: in Node 20 it begins to refuse letters beyond ASCII
 * once it has been called often enough to be optimized.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Parses a URL that tokens may travel to: HTTPS, or HTTP on loopback, without user information. */
export function secureUrl(text: string, name: string): URL {
  const url = typeof text === 'string' ? parseUrl(text) : undefined;
  if (!url) throw new TypeError(`${name} must be an absolute URL.`);
  if (url.username !== '' || url.password !== '') throw new TypeError(`${name} must hold no user name or password.`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new InsecureTransportError({
    message: `${name} is neither an https: URL nor on loopback; tokens would travel unprotected.`,
  });
}

/** Tells whether a host name stands for this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Returns the issuer that a domain stands for. */
export function issuerOfDomain(domain: string): string {
  return /^https?:\/\//.test(domain) ? domain : `https://${domain}/`;
}
