import { randomBytes } from 'node:crypto';
import { AccessTokens } from './access-tokens.js';
import type { Grant } from './grant.js';
import { JwtSigner } from './jwt-signer.js';
import { RefreshTokenFamilies } from './refresh-token-families.js';
import type { FakeAuthorizationServerOptions } from './server-options.js';

/** A token response (RFC 6749 section 5.1). */
export interface TokenFields {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly [field: string]: unknown;
}

/** Makes tokens and remembers them. Opaque ones are numbered and marked, so that a test can look for leaks. */
export class TokenIssuer {
  readonly accessTokens = new AccessTokens();
  readonly refreshTokens = new RefreshTokenFamilies(() => this.mark('rt'));
  readonly signer = new JwtSigner();
  /** Every token and code that was ever made. */
  readonly secrets: string[] = [];
  readonly #issuer: string;
  #count = 0;

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  /** Makes a secret such as `at_7_…`. */
  mark(prefix: string): string {
    return this.#keep(`${prefix}_${++this.#count}_${randomBytes(12).toString('base64url')}`);
  }

  /** Makes the tokens of a grant. `scope` narrows those of this answer only. */
  async issue(
    grant: Grant,
    options: FakeAuthorizationServerOptions,
    {
      now,
      refreshToken,
      scope = grant.scope,
    }: { now: number; refreshToken: string | undefined; scope?: string | undefined },
  ): Promise<TokenFields> {
    const lifetime = options.expiresIn === null ? NaN : Number(options.expiresIn);
    const endsAt = now + (Number.isNaN(lifetime) ? 3600 : lifetime) * 1000;
    const accessToken = options.accessTokens === 'jwt' ? await this.#jwt(grant, now, endsAt, scope) : this.mark('at');
    this.accessTokens.add(accessToken, { grant, scope, endsAt });
    const isOpenid = scope?.split(' ').includes('openid');
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      ...(options.expiresIn !== undefined && { expires_in: options.expiresIn }),
      ...(scope !== undefined && { scope }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(isOpenid && { id_token: await this.#idToken(grant, now, options) }),
    };
  }

  async #jwt(grant: Grant, now: number, endsAt: number, scope: string | undefined): Promise<string> {
    const { clientId, subject, audience } = grant;
    const claims = { iss: this.#issuer, sub: subject, client_id: clientId, aud: audience, scope };
    const token = await this.signer.sign({ ...claims, iat: seconds(now), exp: seconds(endsAt), jti: this.mark('at') });
    return this.#keep(token);
  }

  async #idToken(grant: Grant, now: number, { idTokens = {} }: FakeAuthorizationServerOptions): Promise<string> {
    const { issuer = this.#issuer, lifetime = 3600, algorithm } = idTokens;
    const claims = { iss: issuer, sub: grant.subject, aud: grant.clientId, nonce: grant.nonce };
    const times = { iat: seconds(now), exp: seconds(now) + lifetime };
    return this.#keep(await this.signer.sign({ ...claims, ...times }, algorithm));
  }

  #keep(secret: string): string {
    this.secrets.push(secret);
    return secret;
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
