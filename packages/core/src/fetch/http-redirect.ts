import { parseUrl } from '../platform/urls.js';

/** Redirects that are followed before a server is taken to lead round in circles (Fetch standard section 4.4). */
export const mostRedirects = 20;

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Returns where an answer redirects to, `undefined` when it does not.
 *
 * @throws TypeError, as fetch does, for a location that is no HTTP URL
 */
export function redirectTarget(response: Response, from: string): URL | undefined {
  if (!redirects.has(response.status)) return undefined;
  const location = response.headers.get('location');
  if (location === null) return undefined;
  const text = decode(location);
  const url = parseUrl(text, from);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new TypeError('The redirect cannot be followed: its location is no URL that fetch can request.');
  }
  url.hash ||= new URL(from).hash;
  return url;
}

/** Tells whether a redirect turns a request into a GET without a body. */
export function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** Reads the bytes that a header holds as UTF-8, which some servers send unescaped. */
function decode(location: string): string {
  if (!/[\x80-\xff]/.test(location) || /[^\0-\xff]/.test(location)) return location;
  return new TextDecoder().decode(Uint8Array.from(location, (character) => character.charCodeAt(0)));
}
