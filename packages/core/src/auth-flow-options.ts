import type { Clock } from './clock.js';
import { InsecureTransportError } from './errors.js';
import type { Lock } from './lock.js';

/** Endpoints of an authorization server, for servers without discovery. */
export interface ServerEndpoints {
  /** Issuer identifier; without it an id token is kept but not checked. */
  readonly issuer?: string | undefined;
  /** The token endpoint (RFC 6749 section 3.2). */
  readonly tokenEndpoint: string;
  /** Where device codes are asked for (RFC 8628 section 3.1). */
  readonly deviceAuthorizationEndpoint?: string | undefined;
  /** Where tokens are revoked (RFC 7009). */
  readonly revocationEndpoint?: string | undefined;
}

/** How the client proves who it is (RFC 6749 section 2.3). */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post' | 'none';

/** What a server does with a used refresh token: `strict`, or it accepts it again for so many seconds. */
export type Rotation =
  | 'strict'
  | {
      /** Seconds after its first use for which a refresh token is still accepted. */
      readonly grace: number;
    };

/** Options of every flow. All durations are in seconds. */
export interface AuthFlowOptions {
  /** Issuer identifier of the authorization server; its endpoints are discovered when first needed (RFC 8414). */
  readonly issuer?: string | undefined;
  /** The same by host name, as EarthScope's SDK has it: `login.example.org` stands for `https://login.example.org/`. */
  readonly domain?: string | undefined;
  /** The server's endpoints, in place of discovery. */
  readonly server?: ServerEndpoints | undefined;
  /** The client's id at the authorization server. */
  readonly clientId: string;
  /** The client's secret, or a function that fetches it before each request, so that it can rotate. */
  readonly clientSecret?: string | (() => string | Promise<string>) | undefined;
  /** @defaultValue `client_secret_basic` when there is a secret, else `none` */
  readonly clientAuthentication?: ClientAuthentication | undefined;
  /**
   * How id and secret are written in a Basic header: form-encoded first, as RFC 6749 section 2.3.1 says, or `raw`,
   * as some servers expect. An empty secret is always sent raw.
   *
   * @defaultValue `rfc6749`
   */
  readonly basicEncoding?: 'rfc6749' | 'raw' | undefined;
  /** Sent with requests for a new token; what the token is for. */
  readonly audience?: string | undefined;
  /** Sent with every token request (RFC 8707). */
  readonly resource?: string | readonly string[] | undefined;
  /** Scopes to ask for, separated by spaces. */
  readonly scope?: string | undefined;
  /** Further form fields of requests for a new token. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** The user or tenant that the tokens belong to; part of the key. */
  readonly account?: string | undefined;
  /** Names the credential in its storage. @defaultValue made from issuer, client, audience, resource and account */
  readonly key?: string | undefined;
  /** Excludes other processes during a renewal. @defaultValue the storage's own lock */
  readonly lock?: Lock | 'process' | undefined;
  /** Seconds to wait for the lock. @defaultValue 30 */
  readonly lockTimeout?: number | undefined;
  /**
   * What the server does with a used refresh token. `strict`: it is spent; after a lost answer it is presented once
   * more at most. `grace`: the server accepts it again for so many seconds, so it is presented again in that time.
   *
   * @defaultValue `strict`
   */
  readonly rotation?: Rotation | undefined;
  /**
   * Seconds before its end at which a token is renewed.
   *
   * @defaultValue 60, or a tenth of the token's lifetime when that is less
   */
  readonly autoRefreshThreshold?: number | undefined;
  /**
   * Renews a token past 80 % of its life while callers still get it at once. Without timers: a call starts it.
   *
   * @defaultValue true for flows that hold no refresh token, else false
   */
  readonly renewAhead?: boolean | undefined;
  /**
   * Origins that `flow.fetch` sends the token to, such as `https://api.example.org`; a default port may be left out.
   * `https://*.example.org` stands for every subdomain at any depth, but not for `example.org` itself. Only `https:`,
   * and `http:` on loopback. The authorization server's own origin is always allowed.
   *
   * @defaultValue none but the authorization server's
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Used for every request, discovery and `flow.fetch` included. @defaultValue `globalThis.fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Seconds for one request to the authorization server, its answer included. @defaultValue 20 */
  readonly timeout?: number | undefined;
  /** Further headers of every request to the authorization server. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @defaultValue {@link systemClock} */
  readonly clock?: Clock | undefined;
}

/**
 * Checks presence and form of the options, without any I/O.
 *
 * @throws TypeError for a missing or malformed option; InsecureTransportError for a URL that is neither HTTPS nor
 * loopback.
 */
export function checkOptions(options: AuthFlowOptions): void {
  const { issuer, domain, server, clientId, clientSecret, rotation } = options;
  const given = [issuer, domain, server].filter((value) => value !== undefined).length;
  if (given !== 1) throw new TypeError('Give the authorization server by one of issuer, domain or server.');
  if (issuer !== undefined) secureUrl(issuer, 'issuer');
  if (domain !== undefined) secureUrl(issuerOfDomain(domain), 'domain');
  for (const [name, url] of Object.entries(server ?? {})) {
    if (url !== undefined) secureUrl(url as string, `server.${name}`);
  }
  if (server && !server.tokenEndpoint) throw new TypeError('server.tokenEndpoint is missing.');
  if (typeof clientId !== 'string' || clientId === '') throw new TypeError('clientId must be a non-empty string.');
  if (clientSecret !== undefined && typeof clientSecret !== 'string' && typeof clientSecret !== 'function') {
    throw new TypeError('clientSecret must be a string or a function.');
  }
  const method = options.clientAuthentication;
  if (method !== undefined && !['client_secret_basic', 'client_secret_post', 'none'].includes(method)) {
    throw new TypeError('clientAuthentication must be client_secret_basic, client_secret_post or none.');
  }
  if (method !== undefined && method !== 'none' && clientSecret === undefined) {
    throw new TypeError(`clientAuthentication ${method} needs a clientSecret.`);
  }
  for (const name of ['lockTimeout', 'autoRefreshThreshold', 'timeout'] as const) {
    checkSeconds(options[name], name);
  }
  if (rotation !== undefined && rotation !== 'strict') checkSeconds(rotation.grace, 'rotation.grace');
}

/** Throws a `TypeError` unless `value` is absent or a number of seconds that a timer can wait. */
export function checkSeconds(value: number | undefined, name: string): void {
  if (value === undefined) return;
  if (typeof value !== 'number' || !(value >= 0))
    throw new TypeError(`${name} must be a number of seconds, 0 or more.`);
}

/** Parses a URL that tokens may travel to: HTTPS, or HTTP on loopback, without user information. */
export function secureUrl(text: string, name: string): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
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

/** Names the credential of these options: server, client, audience, resource and account, but not the scopes. */
export function defaultKey({ issuer, domain, server, clientId, audience, resource, account }: AuthFlowOptions): string {
  const of = issuer ?? (domain === undefined ? (server?.issuer ?? server?.tokenEndpoint) : issuerOfDomain(domain));
  const parts = { issuer: of?.replace(/\/+$/, ''), client_id: clientId, audience, account };
  const key = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) key.append(name, value);
  for (const value of [resource ?? []].flat().sort()) key.append('resource', value);
  return key.toString();
}
