import { NoAccessTokenError, NoIdTokenError, NoRefreshTokenError } from './errors.js';
import { secondsLeft } from './expiry.js';
import type { TokenSet } from './token-set.js';

/** Reads the present tokens of a flow, by EarthScope's names. */
export abstract class TokenAccessors {
  /** The tokens as last loaded, renewed or obtained. @throws NoTokensError when there are none. */
  abstract get tokens(): TokenSet;
  /** Milliseconds since 1970 by the flow's clock. */
  protected abstract now(): number;

  /** The access token as it is, expired or not. @throws NoTokensError, NoAccessTokenError */
  get accessToken(): string {
    return present(this.tokens.accessToken, NoAccessTokenError);
  }
  /** The refresh token. @throws NoTokensError, NoRefreshTokenError */
  get refreshToken(): string {
    return present(this.tokens.refreshToken, NoRefreshTokenError);
  }
  /** Whether a refresh token is held; false, not an error, when there are no tokens. */
  get hasRefreshToken(): boolean {
    return this.tokensOrNone?.refreshToken !== undefined;
  }
  /** The id token. @throws NoTokensError, NoIdTokenError */
  get idToken(): string {
    return present(this.tokens.idToken, NoIdTokenError);
  }
  /** Granted scopes, separated by spaces; `undefined` when the server did not say. */
  get scope(): string | undefined {
    return this.tokens.scope;
  }
  /** When the access token ends; `undefined` when unknown. */
  get expiresAt(): Date | undefined {
    return this.tokens.expiresAt;
  }
  /** When the access token was issued; `undefined` when unknown. */
  get issuedAt(): Date | undefined {
    return this.tokens.issuedAt;
  }
  /** Seconds that the access token has left, computed at each read: negative after its end, `Infinity` if unknown. */
  get ttl(): number {
    return secondsLeft(this.tokens, this.now());
  }
  /** The access token's claims when it is a JWT; decoded, not verified. */
  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.tokens.claims;
  }
  /** The tokens as last loaded, renewed or obtained; `undefined` when there are none. */
  protected abstract get tokensOrNone(): TokenSet | undefined;
}

function present(token: string | undefined, Missing: new () => Error): string {
  if (token === undefined) throw new Missing();
  return token;
}
