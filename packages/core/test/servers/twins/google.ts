import { createPublicKey, verify } from 'node:crypto';
import { type Fields, Refused, Twin, type TwinAnswer, type TwinLogin, type TwinRequest } from './twin.js';

/** Google: people. */
export class GoogleTwin extends Twin {
  protected readonly endpoints = {
    token: 'oauth2.googleapis.com/token',
    authorization: 'accounts.google.com/o/oauth2/v2/auth',
    device: 'oauth2.googleapis.com/device/code',
    revocation: 'oauth2.googleapis.com/revoke',
    documents: {
      'accounts.google.com/.well-known/openid-configuration': {
        issuer: 'https://accounts.google.com',
        authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
        token_endpoint: 'https://oauth2.googleapis.com/token',
        device_authorization_endpoint: 'https://oauth2.googleapis.com/device/code',
        revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
      },
    },
  };
  #consents = 0;

  /** Id and secret are parameters: the same pages, each table of parameters. */
  protected override authenticate(_request: TwinRequest, fields: Fields): void {
    if (fields['client_id'] !== this.client.id) throw new Refused(401, { error: 'invalid_client' });
    const isToken = 'grant_type' in fields;
    if (isToken && fields['client_secret'] !== this.client.secret) throw new Refused(401, { error: 'invalid_client' });
  }

  /** The refresh token stays the same: "Using OAuth 2.0 for Web Server Applications", Refreshing an access token. */
  protected override rotate(old: string): string {
    return old;
  }

  /**
   * A refresh token comes for `access_type=offline`, at the first consent or with `prompt=consent`, and not at a renewal: the same page, Step 1 (Set
   * authorization parameters) and Step 5 (Exchange authorization code).
   */
  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { access_type, prompt, scope = '', client_id: device } = login.parameters;
    const isLogin = fields['grant_type'] !== 'refresh_token';
    const isOffline = access_type === 'offline' || (device !== undefined && !('redirect_uri' in login.parameters));
    const comes = isLogin && isOffline && (prompt === 'consent' || this.#consents++ === 0);
    const { refresh_token, ...tokens } = super.success(login, fields);
    const openid = scope.split(' ').includes('openid');
    return {
      ...tokens,
      ...(comes && { refresh_token }),
      ...(openid && { id_token: this.idToken('https://accounts.google.com', login) }),
    };
  }

  /** "Using OAuth 2.0 to Access Google APIs", Refresh token expiration. */
  protected override deadRefreshToken(): TwinAnswer {
    return { status: 400, json: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' } };
  }

  /** "OAuth 2.0 for TV and Limited-Input Device Applications", Authorization pending: status 428. */
  protected override pending(): TwinAnswer {
    return { status: 428, json: { error: 'authorization_pending', error_description: 'Precondition Required' } };
  }

  /** The same page, Step 2: `verification_url`. */
  protected override deviceCode(deviceCode: string): TwinAnswer {
    const { verification_uri: _page, ...others } = super.deviceCode(deviceCode).json as Record<string, unknown>;
    return { json: { ...others, verification_url: 'https://www.google.com/device' } };
  }

  /** A token that has ended is a 400: "Using OAuth 2.0 for Web Server Applications", Revoking a token. */
  protected override revoke(fields: Fields): TwinAnswer {
    const login =
      this.accessTokens.get(fields['token'] ?? '') ??
      this.logins.find(({ refreshToken }) => refreshToken === fields['token']);
    if (!login || login.isDead) {
      return { status: 400, json: { error: 'invalid_token', error_description: 'Token expired or revoked' } };
    }
    return super.revoke(fields);
  }
}

/** Google: service accounts ("Using OAuth 2.0 for Server to Server Applications", Creating a JWT, Making the access token request). */
export class GoogleServiceAccountTwin extends Twin {
  protected readonly endpoints = { token: 'oauth2.googleapis.com/token' };
  readonly #key: ReturnType<typeof createPublicKey>;
  /** The claims of each assertion. */
  readonly claims: Readonly<Record<string, unknown>>[] = [];
  isRevoked = false;

  constructor(publicKey: ReturnType<typeof createPublicKey>) {
    super();
    this.#key = publicKey;
  }

  /** There is no other client than the one that signed. */
  protected override authenticate(_request: TwinRequest, fields: Fields): void {
    const { assertion = '', grant_type, scope, audience } = fields;
    if (grant_type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer' || scope !== undefined || audience !== undefined) {
      throw new Refused(400, { error: 'invalid_request' });
    }
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      this.#key,
      Buffer.from(signature, 'base64url'),
    );
    const seconds = this.clock.now() / 1000;
    const lives = Number(claims['exp']) > seconds && Number(claims['exp']) - Number(claims['iat']) <= 3600;
    const isMeant = claims['aud'] === 'https://oauth2.googleapis.com/token' && claims['iss'] === 'robot@p.iam.example';
    if (!isSigned || !lives || !isMeant || this.isRevoked) {
      throw new Refused(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
    }
    this.claims.push(claims);
  }

  protected override grant(): TwinAnswer {
    const { target_audience: audience, scope } = this.claims.at(-1) ?? {};
    const login = this.newLogin({ scope: String(scope) });
    if (audience === undefined) {
      return { json: { access_token: this.newAccessToken(login), token_type: 'Bearer', expires_in: 3600 } };
    }
    // An id token and nothing else: Salmaan Rashid, "Authenticating using Google OpenID Connect Tokens", 2019-07-19.
    const idToken = this.idToken('https://accounts.google.com', login, { aud: audience, n: this.claims.length });
    this.accessTokens.set(idToken, login);
    return { json: { id_token: idToken } };
  }
}
