/**
 * What ties a redirect to the login that it ends. JSON, small enough for a session; it is secret, so not for a URL.
 *
 * @group Options
 */
export interface AuthorizationState {
  /** Must come back in the redirect (RFC 6749 section 10.12). */
  readonly state: string;
  /** Proves that the code is redeemed by whoever asked for it (RFC 7636); absent by `dialect.pkce: false`. */
  readonly codeVerifier?: string | undefined;
  /** Must come back in the id token, where one was asked for (OpenID Connect Core section 3.1.2.1). */
  readonly nonce?: string | undefined;
  /** The scopes that were asked for. */
  readonly scope?: string | undefined;
  /** The redirect URI that was sent. */
  readonly redirectUri: string;
}

/** A login that was started. @group Options */
export interface StartedAuthorization {
  /** Where to send the person. */
  readonly url: string;
  /** To be kept for `completeAuthorization`. */
  readonly state: AuthorizationState;
}
