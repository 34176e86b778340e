import { NoAccessTokenError, NoIdTokenError, NoRefreshTokenError, NoTokensError } from '../errors/index.js';
import type { TokenSet } from '../tokens/token-set.js';

/** Reads the present tokens of a flow, by EarthScope's names. @group Write your own flow */
export abstract class TokenAccessors {
  /** What is in memory, if anything. @group For use in subclasses */
  protected abstract get heldTokens(): TokenSet | undefined;

  /** The tokens as last loaded, renewed or obtained. @throws NoTokensError when none are in memory; see `reload`. */
  get tokens(): TokenSet {
    const { heldTokens } = this;
    if (heldTokens) return heldTokens;
    throw new NoTokensError({
      message: 'No tokens are in memory.',
      remedy:
        'Call reload() before, which reads what is stored. When nothing is stored, log in, for example with doFlow().',
    });
  }
  /** Whether a refresh token is in memory; false, not an error, when there are no tokens. */
  get hasRefreshToken(): boolean {
    return this.heldTokens?.refreshToken !== undefined;
  }

  /** The access token as it is, expired or not. @throws NoTokensError, NoAccessTokenError */
  get accessToken(): string {
    return present(this.tokens.accessToken, NoAccessTokenError);
  }
  /** The refresh token. @throws NoTokensError, NoRefreshTokenError */
  get refreshToken(): string {
    return present(this.tokens.refreshToken, NoRefreshTokenError);
  }
  /** The id token. @throws NoTokensError, NoIdTokenError */
  get idToken(): string {
    return present(this.tokens.idToken, NoIdTokenError);
  }
  /** Granted scopes, separated by spaces; `undefined` when the server did not say. @throws NoTokensError */
  get scope(): string | undefined {
    return this.tokens.scope;
  }
  /** When the access token ends; `undefined` when unknown. @throws NoTokensError */
  get expiresAt(): Date | undefined {
    return this.tokens.expiresAt;
  }
  /** When the access token was issued; `undefined` when unknown. @throws NoTokensError */
  get issuedAt(): Date | undefined {
    return this.tokens.issuedAt;
  }
  /** The access token's claims when it is a JWT; decoded, not verified. @throws NoTokensError */
  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.tokens.claims;
  }
  /** The id token's claims; decoded, not verified. @throws NoTokensError */
  get idTokenClaims(): Readonly<Record<string, unknown>> | undefined {
    return this.tokens.idTokenClaims;
  }
}

function present(token: string | undefined, Missing: new () => Error): string {
  if (token === undefined) throw new Missing();
  return token;
}
