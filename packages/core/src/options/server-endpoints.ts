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
