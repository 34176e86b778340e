import type { FlowSettings } from '../options/flow-settings.js';
import { parseUrl, isLoopback } from '../platform/urls.js';

/** An https: origin of which each subdomain is allowed: `suffix` begins with a dot. */
interface Wildcard {
  readonly port: string;
  readonly suffix: string;
}

/** Where a token may go. */
export class AllowedOrigins {
  readonly #origins = new Set<string>();
  readonly #prefixes: string[] = [];
  readonly #wildcards: Wildcard[] = [];

  /** @throws TypeError for an entry of `allowedOrigins` that is malformed */
  constructor({ allowedOrigins = [], issuer, server }: Pick<FlowSettings, 'allowedOrigins' | 'issuer' | 'server'>) {
    if (!Array.isArray(allowedOrigins)) throw new TypeError('allowedOrigins must be an array of origins.');
    for (const [index, entry] of allowedOrigins.entries()) this.#add(entry, `allowedOrigins[${index}]`);
    const ofServer = [issuer, server?.issuer, server?.tokenEndpoint];
    for (const url of ofServer) if (url) this.#origins.add(new URL(url).origin);
    this.#prefixes = [...this.#origins].map((origin) => `${origin}/`);
  }

  /** Tells whether a URL begins with a whole origin that is allowed, and a slash: it can be parsed in one way only. */
  begins(input: string): boolean {
    for (const prefix of this.#prefixes) if (input.slice(0, prefix.length) === prefix) return true;
    return false;
  }

  /** Returns the URL to request when a token may go there; `undefined` when it may not, or there is no such URL. */
  resolve(input: string): string | undefined {
    if (this.begins(input)) return input;
    const url = parse(input);
    return url && this.allow(url) ? url.href : undefined;
  }

  /** Tells whether a token may go to a URL. */
  allow(url: URL): boolean {
    const { hostname, port, origin, username, password } = url;
    if (!isProtected(url) || username !== '' || password !== '') return false;
    if (this.#origins.has(origin)) return true;
    return this.#wildcards.some(
      (wildcard) =>
        wildcard.port === port && hostname.endsWith(wildcard.suffix) && hostname.length > wildcard.suffix.length,
    );
  }

  #add(entry: unknown, name: string): void {
    const text = typeof entry === 'string' ? entry : '';
    const isWildcard = /^https?:\/\/\*\.[^*.]+\.[^*]+$/i.test(text);
    if (!isWildcard && text.includes('*')) throw new TypeError(`${name} may hold * only as in https://*.example.org.`);
    const url = parseUrl(text.replace('*', 'any'));
    if (!url || !/^https?:\/\/[^/\\?#@\s]+\/?$/i.test(text)) {
      throw new TypeError(`${name} must be an origin such as https://api.example.org, without path, query or user.`);
    }
    if (!isProtected(url)) throw new TypeError(`${name} must be https:, or http: on loopback.`);
    const { port, hostname, origin } = url;
    if (isWildcard) this.#wildcards.push({ port, suffix: hostname.slice('any'.length) });
    else this.#origins.add(origin);
  }
}

function isProtected({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Parses a URL as fetch does: in a browser, one that is relative is meant from the page. */
function parse(input: string): URL | undefined {
  try {
    return parseUrl(input) ?? new URL(new Request(input).url);
  } catch {
    return undefined;
  }
}
