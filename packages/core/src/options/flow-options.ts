import type { Clock } from '../platform/clock.js';
import type { Lock } from '../storage/lock.js';
import type { PrivateKey } from '../crypto/private-key.js';
import type { ServerDialect } from './server-dialect.js';

/** Endpoints of an authorization server, for servers without discovery. @group Options */
export interface ServerEndpoints {
  /** Issuer identifier; without it an id token is kept but not checked. */
  readonly issuer?: string | undefined;
  /** The token endpoint (RFC 6749 section 3.2). */
  readonly tokenEndpoint: string;
  /** Where a person is sent to log in (RFC 6749 section 3.1). */
  readonly authorizationEndpoint?: string | undefined;
  /** Where device codes are asked for (RFC 8628 section 3.1). */
  readonly deviceAuthorizationEndpoint?: string | undefined;
  /** Where the parameters of a login in a browser are sent ahead (RFC 9126). */
  readonly pushedAuthorizationRequestEndpoint?: string | undefined;
  /** Where tokens are revoked (RFC 7009). */
  readonly revocationEndpoint?: string | undefined;
  /** Where a token is explained (RFC 7662). */
  readonly introspectionEndpoint?: string | undefined;
  /** Where claims about the user are (OpenID Connect Core section 5.3). */
  readonly userinfoEndpoint?: string | undefined;
}

/** How the client proves who it is (RFC 6749 section 2.3, RFC 7523 section 2.2, RFC 8705 section 2). @group Options */
export type ClientAuthentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/** What an assertion of the client is made for. @group Options */
export interface ClientAssertionContext {
  /** The client's id. */
  readonly clientId: string;
  /** Whom the assertion is for, as its claim `aud`: the option `audience` beside, else the issuer, else the token endpoint. */
  readonly audience: string;
  /** The token endpoint. */
  readonly tokenEndpoint: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * What a client writes into the assertions that prove who it is (RFC 7523 section 3), or where it has them from.
 *
 * @group Options
 */
export interface ClientAssertionOptions {
  /**
   * Gives an assertion that is made elsewhere, such as `assertionFile` and `githubActionsToken` of `@latchkey/core/node`.
   * Called for each request, before it; what it gives is kept nowhere. Of the other fields, `audience` and `type` go with it.
   */
  readonly from?: ((context: ClientAssertionContext) => string | Promise<string>) | undefined;
  /**
   * What kind of assertion `from` gives, as `client_assertion_type`.
   *
   * @defaultValue `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
   */
  readonly type?: string | undefined;
  /** Further fields of the header, such as `x5t#S256` (RFC 7515 section 4.1.8). */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** Names the key to the server, as `kid` in the header. @defaultValue the `kid` of a JWK */
  readonly keyId?: string | undefined;
  /** How to sign, such as `PS256`. @defaultValue what the key is made for; `RS256` for an RSA key that does not say */
  readonly algorithm?: string | undefined;
  /** The `aud` claim. @defaultValue the issuer; the token endpoint where no issuer is known */
  readonly audience?: string | undefined;
  /** Seconds for which an assertion is good. @defaultValue 60 */
  readonly lifetime?: number | undefined;
}

/** How requests for tokens that fail are made again within one call. @group Options */
export interface RetryOptions {
  /** How often a request is made at most, the first time included. @defaultValue 3 */
  readonly attempts?: number | undefined;
  /** Seconds after which none is made again. Other processes may be waiting at the lock meanwhile. @defaultValue 15 */
  readonly deadline?: number | undefined;
}

/** Options of every flow. All durations are in seconds. @group Options */
export interface FlowOptions {
  /** The user or tenant that the tokens belong to; part of the key. */
  readonly account?: string | undefined;
  /**
   * Names the credential in its storage.
   *
   * @defaultValue made from issuer, client, audience, resource and account; for a program's grant from its kind and scopes too
   */
  readonly key?: string | undefined;
  /** Excludes other processes during a renewal. @defaultValue the storage's own lock */
  readonly lock?: Lock | 'process' | undefined;
  /** Seconds to wait for the lock, once a renewal has its place in line. @defaultValue 30 */
  readonly lockTimeout?: number | undefined;
  /**
   * Seconds before its end at which a token is renewed. One that lives no longer than that is renewed at half of its life.
   *
   * @defaultValue 60, or a tenth of the token's lifetime when that is less
   */
  readonly autoRefreshThreshold?: number | undefined;
  /**
   * Renews a token past 80 % of its life, or up to 0.5 % earlier, while callers still get it at once. Without timers: a
   * call starts it. Where another process holds the lock, it leaves. Tokens that live less than 5 s are left out.
   *
   * @defaultValue true for flows that need no person and hold no refresh token, else false: a program that ends in
   * between could lose the new one
   */
  readonly renewAhead?: boolean | undefined;
  /**
   * Origins that `flow.fetch` sends the token to, such as `https://api.example.org`; a default port may be left out.
   * `https://*.example.org` stands for every subdomain at any depth, but not for `example.org` itself. Only `https:`,
   * and `http:` on loopback. The authorization server's own origin is always allowed. Requests to
   * elsewhere are passed on without the token.
   *
   * @defaultValue none but the authorization server's
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Used for every request, discovery and `flow.fetch` included. @defaultValue `globalThis.fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Seconds for one request to the authorization server, its answer included. @defaultValue 20 */
  readonly timeout?: number | undefined;
  /**
   * Makes requests for tokens that fail for now again within the call, `{}` by the defaults. Without it, an error that
   * is `retryable` says so, and the next call tries again; meanwhile the present token is given while it is valid.
   *
   * @defaultValue none
   */
  readonly retry?: RetryOptions | undefined;
  /**
   * Further headers of every request to the authorization server, discovery included. They win over `user-agent` and `accept`
   * of this library; of `content-type` what stands beside the media type, such as its `charset`, which some servers refuse.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock | undefined;
}

/** Options of every flow that has an authorization server. All durations are in seconds. @group Options */
export interface AuthFlowOptions extends FlowOptions {
  /**
   * Issuer identifier of the authorization server. Its endpoints are discovered when first needed (RFC 8414) and kept for
   * as long as the answer's `max-age` says, five minutes at least and a day at most.
   */
  readonly issuer?: string | undefined;
  /** Where the server's metadata is, beside `issuer`, for a server that publishes it elsewhere than the RFCs say. */
  readonly metadataUrl?: string | undefined;
  /** The same by host name, as EarthScope's SDK has it: `login.example.org` stands for `https://login.example.org/`. */
  readonly domain?: string | undefined;
  /** The server's endpoints, in place of discovery. */
  readonly server?: ServerEndpoints | undefined;
  /** The client's id at the authorization server. */
  readonly clientId: string;
  /** The client's secret, or a function that fetches it before each request, so that it can rotate. */
  readonly clientSecret?: string | (() => string | Promise<string>) | undefined;
  /**
   * The client's private key, for `private_key_jwt`; or a function that fetches it before each request. It is read when
   * first needed.
   */
  readonly clientKey?: PrivateKey | (() => PrivateKey | Promise<PrivateKey>) | undefined;
  /** What the client's assertions say, for `private_key_jwt` and `client_secret_jwt`; or where they come from. */
  readonly clientAssertion?: ClientAssertionOptions | undefined;
  /**
   * With the two of TLS, the certificate comes from the option `fetch`.
   *
   * @defaultValue `client_secret_basic` when there is a secret, but `client_secret_post` at a server whose metadata name that
   * and not the other; `private_key_jwt` when there is a key or
   * `clientAssertion.from`, else `none`
   */
  readonly clientAuthentication?: ClientAuthentication | undefined;
  /** Sent with requests for a new token; what the token is for. */
  readonly audience?: string | undefined;
  /** Sent with every token request (RFC 8707). */
  readonly resource?: string | readonly string[] | undefined;
  /** Scopes to ask for, separated by spaces. */
  readonly scope?: string | undefined;
  /** Further form fields of requests for a new token. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /**
   * Sends the parameters of a login in a browser ahead, so that the URL only refers to them (RFC 9126).
   *
   * @defaultValue what the server's metadata demand
   */
  readonly pushedAuthorization?: boolean | undefined;
  /**
   * Binds tokens to a key, so that they are of no use to whoever steals them without it (RFC 9449). The key is made at
   * each login, and stored with the tokens.
   *
   * @defaultValue false
   */
  readonly dpop?: boolean | undefined;
  /** In what the server differs from the RFCs. @defaultValue in nothing */
  readonly dialect?: ServerDialect | undefined;
}
