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

/** Tells whether a host name may lead to this machine, however it is written. Wider than `isLoopback`: for refusing. */
export function pointsHere(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return isLoopback(name) || /(^|\.)localhost$|^0(\.\d+){3}$|^\[::(ffff:(7f|0)[0-9a-f:]*)?\]$/.test(name);
}

/** Returns the issuer that a domain stands for. */
export function issuerOfDomain(domain: string): string {
  return /^https?:\/\//.test(domain) ? domain : `https://${domain}/`;
}

/** Ports of other protocols, to which fetch does not connect (Fetch standard, "port blocking"). */
const blockedPorts =
  ' 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 ' +
  '135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 ' +
  '995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080 ';

/** Tells whether fetch refuses to connect to the port of a URL. */
export function isBlockedPort(url: URL): boolean {
  return blockedPorts.includes(` ${url.port} `);
}
