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
   * Set it where the platform gives a program its identity.
   *
   * @defaultValue none: they are signed here
   */
  readonly from?: ((context: ClientAssertionContext) => string | Promise<string>) | undefined;
  /**
   * What kind of assertion `from` gives, as `client_assertion_type`. Rarely needed.
   *
   * @defaultValue `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
   */
  readonly type?: string | undefined;
  /**
   * Further fields of the header, such as `x5t#S256` (RFC 7515 section 4.1.8). Set it where the server finds the key by them.
   *
   * @defaultValue none
   */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** Names the key to the server, as `kid` in the header. Set it where the server wants one. @defaultValue the `kid` of a JWK */
  readonly keyId?: string | undefined;
  /**
   * How to sign, such as `PS256`. Rarely needed: where the server takes another one.
   *
   * @defaultValue what the key is made for; `RS256` for an RSA key that does not say
   */
  readonly algorithm?: string | undefined;
  /** The `aud` claim. Rarely needed. @defaultValue the issuer; the token endpoint where no issuer is known */
  readonly audience?: string | undefined;
  /** Seconds for which an assertion is good, from its `iat` on, which is up to ten seconds ago. Rarely needed. @defaultValue 60 */
  readonly lifetime?: number | undefined;
}
