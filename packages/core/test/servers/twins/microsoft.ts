import { type Fields, Refused, Twin, type TwinAnswer, type TwinLogin, type TwinRequest } from './twin.js';

const tenantId = '0f9a7c2e-0000-4000-8000-000000000001';

/** Microsoft identity platform: a workforce's tenant. */
export class EntraTwin extends Twin {
  /** A program without a secret. */
  isPublic = false;
  /** The scopes that a Microsoft account has granted, where that was not all that was asked for. */
  granted: readonly string[] | undefined;
  protected readonly at: string = `login.microsoftonline.com/${tenantId}`;
  protected readonly issuer: string = `https://${this.at}/v2.0`;

  protected override get endpoints(): Twin['endpoints'] {
    const [authorization, token, device] = ['authorize', 'token', 'devicecode'].map(
      (name) => `${this.at}/oauth2/v2.0/${name}`,
    );
    return {
      token: token as string,
      ...(authorization && { authorization }),
      ...(device && { device }),
      documents: {
        // A tenant is named by its domain or id, and its issuer by its id: MicrosoftDocs/azure-docs#38427, 2020-10-09.
        [`${this.places}/.well-known/openid-configuration`]: {
          issuer: this.issuer,
          authorization_endpoint: `https://${authorization}`,
          token_endpoint: `https://${token}`,
          device_authorization_endpoint: `https://${device}`,
        },
      },
    };
  }

  protected get places(): string {
    return 'login.microsoftonline.com/contoso.onmicrosoft.com/v2.0';
  }

  /** Refresh tokens replace themselves, and the old one is not revoked: "Refresh tokens in the Microsoft identity platform", Token lifetime. */
  readonly #olds = new Map<string, TwinLogin>();

  /** A public client that shows a secret is refused, and names itself in the form: "OAuth 2.0 device authorization grant"; AADSTS700025. */
  protected override authenticate(request: TwinRequest, fields: Fields): void {
    if (!this.isPublic) {
      super.authenticate(request, fields);
      return;
    }
    const showsSecret = request.headers.authorization !== undefined || 'client_secret' in fields;
    if (showsSecret || fields['client_id'] !== this.client.id) {
      throw new Refused(401, { error: 'invalid_client', error_codes: [700025] });
    }
  }

  /** A refresh without scopes for an API of one's own is AADSTS90009: damienbod/angular-auth-oidc-client#1844. */
  protected override grantOf(fields: Fields): ReturnType<Twin['grantOf']> {
    const grant = super.grantOf(fields);
    if (grant.refreshToken !== undefined && fields['scope'] === undefined) {
      throw new Refused(400, {
        error: 'invalid_request',
        error_description: "AADSTS90009: Application 'app' is requesting a token for itself.",
        error_codes: [90009],
      });
    }
    // Microsoft Advertising, "Invalid grant"; the token lives: ZeroPointSix/outlookEmailPlus#107.
    if (this.granted && fields['scope']?.split(' ').some((scope) => !this.granted?.includes(scope))) {
      throw new Refused(400, {
        error: 'invalid_grant',
        error_description: 'AADSTS70000: The request was denied because one or more scopes requested are unauthorized.',
        error_codes: [70000],
      });
    }
    const login = this.#olds.get(grant.refreshToken ?? '');
    return login && !login.isDead ? { refreshToken: login.refreshToken } : grant;
  }

  protected override rotate(old: string): string {
    const login = this.logins.find(({ refreshToken }) => refreshToken === old);
    if (login) this.#olds.set(old, login);
    return super.rotate(old);
  }

  /** A refresh token only for `offline_access`, an id token only for `openid`: "OAuth 2.0 authorization code flow", Successful response. */
  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const scopes = (login.parameters['scope'] ?? '').split(' ');
    const { refresh_token, ...tokens } = super.success(login, fields);
    return {
      ...tokens,
      ...(scopes.includes('offline_access') && { refresh_token }),
      ...(scopes.includes('openid') && { id_token: this.idToken(this.issuer, login) }),
    };
  }

  /** "Microsoft Entra authentication and authorization error codes", AADSTS700082. */
  protected override deadRefreshToken(): TwinAnswer {
    return {
      status: 400,
      json: {
        error: 'invalid_grant',
        error_description: 'AADSTS700082: The refresh token has expired due to inactivity.',
        error_codes: [700082],
      },
    };
  }

  /** "OAuth 2.0 device authorization grant", Device authorization response: a `message`, and no `verification_uri_complete`. */
  protected override deviceCode(deviceCode: string): TwinAnswer {
    const answer = super.deviceCode(deviceCode);
    return { json: { ...answer.json, verification_uri: 'https://microsoft.com/devicelogin', message: 'To sign in …' } };
  }
}

/** Microsoft Entra External ID: metadata by the tenant's name, an issuer by its id (MicrosoftDocs/entra-docs#408, 2024-02-20). */
export class ExternalIdTwin extends EntraTwin {
  protected override readonly at = `contoso.ciamlogin.com/${tenantId}`;
  protected override readonly issuer = `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`;

  protected override get places(): string {
    return `contoso.ciamlogin.com/${tenantId}/v2.0`;
  }
}

/** Azure AD B2C: an issuer by the tenant's id at metadata by policy; no access token without scopes (panva/openid-client#717). */
export class B2CTwin extends EntraTwin {
  protected override readonly at: string;
  protected override readonly issuer: string;

  /** A domain of one's own is named as the issuer too: MicrosoftDocs/azure-docs, active-directory-b2c/custom-domain. */
  constructor(host = 'contoso.b2clogin.com') {
    super();
    this.at = `${host}/contoso.onmicrosoft.com/B2C_1_signin`;
    this.issuer = `https://${host}/${tenantId}/v2.0/`;
  }

  protected override get places(): string {
    return `${this.at}/v2.0`;
  }

  protected override grantOf(fields: Fields): ReturnType<Twin['grantOf']> {
    return super.grantOf({ scope: '', ...fields });
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { access_token, expires_in, ...others } = super.success(login, fields);
    const isBare = fields['grant_type'] === 'refresh_token' && fields['scope'] === undefined;
    return isBare ? others : { ...others, access_token, expires_in };
  }
}

export { tenantId };
