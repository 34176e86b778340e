import type { Clock } from '../platform/clock.js';
import type { Lock } from '../storage/lock.js';
import type { PrivateKey } from '../crypto/private-key.js';
import type { ClientAssertionOptions, ClientAuthentication } from './client-authentication.js';
import type { ServerDialect } from './server-dialect.js';
import type { ServerEndpoints } from './server-endpoints.js';

/** How requests for tokens that fail are made again within one call. @group Options */
export interface RetryOptions {
  /** How often a request is made at most, the first time included. Rarely needed. @defaultValue 3 */
  readonly attempts?: number | undefined;
  /**
   * Seconds after which none is made again. Other processes may be waiting at the lock meanwhile, so rarely needed.
   *
   * @defaultValue 15
   */
  readonly deadline?: number | undefined;
}

/** Options of every flow. All durations are in seconds. @group Options */
export interface FlowOptions {
  /**
   * The user or tenant that the tokens belong to; part of the key. Set it where one storage has the tokens of several.
   *
   * @defaultValue none
   */
  readonly account?: string | undefined;
  /**
   * Names the credential in its storage. Rarely needed: where programs share a record that have other options, say. Flows of one
   * class with storage hooks of their own share their tokens by it: give each place another.
   *
   * @defaultValue made from issuer, client, audience, resource and account; for a program's grant from its kind and scopes too
   */
  readonly key?: string | undefined;
  /**
   * Excludes other processes during a renewal. Set it for storage hooks of your own.
   *
   * @defaultValue the storage's own lock
   */
  readonly lock?: Lock | 'process' | undefined;
  /**
   * Seconds to wait for the lock, once a renewal has its place in line. Rarely needed: keep it above `timeout`.
   *
   * @defaultValue 30
   */
  readonly lockTimeout?: number | undefined;
  /**
   * Seconds before its end at which a token is renewed. One that lives no longer than that is renewed at half of its life.
   * Set it higher where a token has to last through a long request.
   *
   * @defaultValue 60, or a tenth of the token's lifetime when that is less
   */
  readonly autoRefreshThreshold?: number | undefined;
  /**
   * Renews a token past 80 % of its life, or up to 0.5 % earlier, while callers still get it at once. Without timers: a
   * call starts it. Where another process holds the lock, it leaves. Tokens that live less than 5 s are left out. Set it
   * in services that live on, so that no call waits.
   *
   * @defaultValue true for flows that need no person and hold no refresh token, else false: a program that ends in
   * between could lose the new one
   */
  readonly renewAhead?: boolean | undefined;
  /**
   * Origins that `flow.fetch` sends the token to, such as `https://api.example.org`; a default port may be left out.
   * `https://*.example.org` stands for every subdomain at any depth, but not for `example.org` itself. Only `https:`,
   * and `http:` on loopback. The authorization server's own origin is always allowed. Requests to
   * elsewhere are passed on without the token. Set it to each API that you call by `flow.fetch`.
   *
   * @defaultValue none but the authorization server's
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * Used for every request, discovery and `flow.fetch` included. Set it for a proxy or a certificate of the client.
   *
   * @defaultValue `globalThis.fetch`
   */
  readonly fetch?: ((input: string | URL | Request, init?: RequestInit) => Promise<Response>) | undefined;
  /**
   * Seconds for one request to the authorization server, its answer included. Rarely needed: for a server that takes longer.
   *
   * @defaultValue 20
   */
  readonly timeout?: number | undefined;
  /**
   * Makes requests for tokens that fail for now again within the call, `{}` by the defaults. Without it, an error that
   * is `retryable` says so, and the next call tries again; meanwhile the present token is given while it is valid. Set it
   * in jobs that nobody starts again.
   *
   * @defaultValue none
   */
  readonly retry?: RetryOptions | undefined;
  /**
   * Further headers of every request to the authorization server, discovery included. They win over `user-agent` and `accept`
   * of this library; of `content-type` what stands beside the media type, such as its `charset`, which some servers refuse.
   * Rarely needed: for a gateway that asks for one. In errors no value is shown whose name has `auth`, `cookie`, `key`, `pass`,
   * `secret` or `token` in it.
   *
   * @defaultValue none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The time. Rarely needed: tests move a `TestClock`. @defaultValue `systemClock` */
  readonly clock?: Clock | undefined;
}

/** Options of every flow that has an authorization server. All durations are in seconds. @group Options */
export interface AuthFlowOptions extends FlowOptions {
  /**
   * Issuer identifier of the authorization server. Its endpoints are discovered when first needed (RFC 8414) and kept for
   * as long as the answer's `max-age` says, five minutes at least and a day at most. Set it, or `server`, always.
   *
   * @defaultValue what `domain` says, else `server`
   */
  readonly issuer?: string | undefined;
  /**
   * Where the server's metadata is, beside `issuer`. Rarely needed: for a server that publishes it elsewhere than the RFCs say.
   *
   * @defaultValue the places of RFC 8414 and OpenID Connect Discovery
   */
  readonly metadataUrl?: string | undefined;
  /**
   * The issuer by host name, as EarthScope's SDK has it: `login.example.org` stands for `https://login.example.org/`. Rarely
   * needed: `issuer` says it in full.
   *
   * @defaultValue none
   */
  readonly domain?: string | undefined;
  /** The server's endpoints, in place of discovery. Set it for a server without that. @defaultValue discovered */
  readonly server?: ServerEndpoints | undefined;
  /** The client's id at the authorization server. */
  readonly clientId: string;
  /**
   * The client's secret, or a function that fetches it before each request, so that it can rotate. Set it for a client that
   * was given one.
   *
   * @defaultValue none
   */
  readonly clientSecret?: string | (() => string | Promise<string>) | undefined;
  /**
   * The client's private key, for `private_key_jwt`; or a function that fetches it before each request. It is read when
   * first needed. Set it for a client that is registered with a key.
   *
   * @defaultValue none
   */
  readonly clientKey?: PrivateKey | (() => PrivateKey | Promise<PrivateKey>) | undefined;
  /**
   * What the client's assertions say, for `private_key_jwt` and `client_secret_jwt`; or where they come from. Rarely needed:
   * where the platform gives them, or the server wants another claim or algorithm.
   *
   * @defaultValue made from `clientKey`
   */
  readonly clientAssertion?: ClientAssertionOptions | undefined;
  /**
   * How the client proves who it is. Rarely needed: where the server wants another way than the default. With the two of TLS,
   * the certificate comes from the option `fetch`.
   *
   * @defaultValue `client_secret_basic` when there is a secret, but `client_secret_post` at a server whose metadata name that
   * and not the other; `private_key_jwt` when there is a key or
   * `clientAssertion.from`, else `none`
   */
  readonly clientAuthentication?: ClientAuthentication | undefined;
  /**
   * Sent with requests for a new token; what the token is for. Set it where the server asks for it, as Auth0 does.
   *
   * @defaultValue none
   */
  readonly audience?: string | undefined;
  /** URLs of APIs, sent with every token request (RFC 8707). Set it where the server asks for them. @defaultValue none */
  readonly resource?: string | readonly string[] | undefined;
  /**
   * Scopes to ask for, separated by spaces, or by commas where the server wants that. Set it to what the API wants, and
   * `offline_access` where that brings a refresh token.
   *
   * @defaultValue none: the server chooses
   */
  readonly scope?: string | undefined;
  /**
   * Further form fields of requests for a new token. Rarely needed: for those that only this server knows.
   *
   * @defaultValue none
   */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /**
   * Sends the parameters of a login in a browser ahead, so that the URL only refers to them (RFC 9126). Rarely needed: for a
   * server that takes them and does not demand it.
   *
   * @defaultValue what the server's metadata demand
   */
  readonly pushedAuthorization?: boolean | undefined;
  /**
   * Binds tokens to a key, so that they are of no use to whoever steals them without it (RFC 9449). The key is made at
   * each login, and stored with the tokens. Set it where the server and the API know DPoP.
   *
   * @defaultValue false
   */
  readonly dpop?: boolean | undefined;
  /** In what the server differs from the RFCs. Rarely needed: for one that does. @defaultValue in nothing */
  readonly dialect?: ServerDialect | undefined;
}
