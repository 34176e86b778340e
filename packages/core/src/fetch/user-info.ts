import { TokenRequestError } from '../errors/index.js';

/** Claims about a user (OpenID Connect Core section 5.1). @group Options */
export interface UserInfo {
  /** Names the user at this server. */
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** Throws when claims are about somebody else than the id token, and must not be used (OpenID Connect Core section 5.3.2). */
export function assertSubject(claims: UserInfo, subject: unknown): UserInfo {
  if (subject === undefined || subject === claims.sub) return claims;
  throw new TokenRequestError({
    status: 200,
    code: 'USER_INFO_INVALID',
    message: 'The server answered with claims about another user than the id token, so they are not given out.',
    remedy: 'Log in again. If it lasts, the server mixes up its users.',
  });
}
