import type { Clock } from '../../platform/clock.js';
import type { FakeClient } from './client-authentication.js';

/**
 * How {@link FakeAuthorizationServer} behaves; all of it can be changed while it runs, by `configure`.
 *
 * @group Fake authorization server
 */
export interface FakeAuthorizationServerOptions {
  /** Ages tokens and codes. Default: the machine's clock. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
  /** The clients by id. Default: any client is accepted, whatever its secret. */
  readonly clients?: Readonly<Record<string, FakeClient>> | undefined;
  /**
   * What a renewal does with the refresh token: `none` keeps it, `rotate` replaces it, and takes the second use of
   * one for theft: the family is revoked. `grace` allows a second use for so many seconds, answered with one more
   * refresh token (`sibling`, default) or with the one given before (`same`). Default: `rotate`.
   */
  readonly rotation?: Rotation | undefined;
  /**
   * Grants of your own by their `grant_type`, beside those that the server speaks, or in place of one (but `refresh_token`).
   * Each says from the form whom its tokens are for; `undefined` is answered by `invalid_grant`.
   */
  readonly grants?: Readonly<Record<string, GrantSubject>> | undefined;
  /** Which grants give a refresh token. Default: all but `client_credentials`. */
  readonly givesRefreshToken?: ((grantType: string, scope: string) => boolean) | undefined;
  /** How long a refresh token lives, in seconds. Default: for ever. */
  readonly refreshTokenLifetime?: number | undefined;
  /**
   * Sent as `expires_in` just as it is, `undefined` by leaving the field out. As far as it is a number, access tokens
   * live for so many seconds, else for an hour. Default: 3600.
   */
  readonly expiresIn?: unknown;
  /** Default: `opaque`, such as `at_1_…`. */
  readonly accessTokens?: 'opaque' | 'jwt' | undefined;
  /** How id tokens are made, for the scope `openid`. */
  readonly idTokens?: IdTokenOptions | undefined;
  /** Who logs in. Default: `ada`; the password grant takes the user name instead. */
  readonly subject?: string | undefined;
  /** Sends everybody back from `/authorize` with this error. Default: everybody approves. */
  readonly authorizationError?: string | undefined;
  /** What becomes of a device login without `approve` and `deny`. Default: `pending`. */
  readonly deviceLogins?: 'pending' | 'approved' | 'denied' | undefined;
  /** Seconds between two polls. Default: 5, as RFC 8628 has it. */
  readonly deviceInterval?: number | undefined;
  /** Whether to answer `slow_down` to those who poll faster. Default: false. */
  readonly enforceDeviceInterval?: boolean | undefined;
  /** Seconds for which a device code lives. Default: 600. */
  readonly deviceCodeLifetime?: number | undefined;
  /** What `/revoke` reads: a form (RFC 7009), JSON only, as some servers demand, or `none`: there is no such place. */
  readonly revocation?: 'form' | 'json' | 'none' | undefined;
  /** Fields to set in the discovery document; `undefined` removes one. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Reads a token request of a grant of your own: whom are the tokens for? @group Fake authorization server */
export type GrantSubject = (form: Readonly<Record<string, string>>) => string | undefined | Promise<string | undefined>;

/** What a renewal does with the refresh token. @group Fake authorization server */
export type Rotation = 'none' | 'rotate' | GraceRotation;

/** Rotation that allows a second use for a while. @group Fake authorization server */
export interface GraceRotation {
  /** Seconds. */
  readonly grace: number;
  /** What a second use is given: one more refresh token, or the one given before. Default: `sibling`. */
  readonly answer?: 'sibling' | 'same';
}

/** How id tokens are made. @group Fake authorization server */
export interface IdTokenOptions {
  /** Seconds; negative for one that has expired already. Default: 3600. */
  readonly lifetime?: number | undefined;
  /** Default: the server's issuer. */
  readonly issuer?: string | undefined;
  /** Default: `RS256`, with the key at `/jwks`. */
  readonly algorithm?: 'RS256' | 'none' | undefined;
}
