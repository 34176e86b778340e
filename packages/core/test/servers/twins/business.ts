import { type Fields, Refused, Twin, type TwinAnswer, type TwinLogin, type TwinRequest } from './twin.js';

/** A body that must be JSON. */
function readJson({ headers, text }: TwinRequest): Fields {
  if (!headers['content-type']?.startsWith('application/json')) throw new Refused(400, { error: 'invalid_request' });
  return JSON.parse(text) as Fields;
}

/** Amazon Cognito: its issuer is made of region and pool, its endpoints are on a domain of the pool's own. */
export class CognitoTwin extends Twin {
  readonly #issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC';
  protected readonly endpoints = {
    token: 'shop.auth.eu-west-1.amazoncognito.com/oauth2/token',
    authorization: 'shop.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
    revocation: 'shop.auth.eu-west-1.amazoncognito.com/oauth2/revoke',
    documents: {
      'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC/.well-known/openid-configuration': {
        issuer: this.#issuer,
        authorization_endpoint: 'https://shop.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
        token_endpoint: 'https://shop.auth.eu-west-1.amazoncognito.com/oauth2/token',
        revocation_endpoint: 'https://shop.auth.eu-west-1.amazoncognito.com/oauth2/revoke',
      },
    },
  };

  /** Without rotation, a renewal brings no refresh token: "RefreshTokenRotationType" and "Refresh tokens" (docs.aws.amazon.com). */
  protected override rotate(old: string): string {
    return old;
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { refresh_token, ...tokens } = super.success(login, fields);
    const id_token = this.idToken(this.#issuer, login);
    return fields['grant_type'] === 'refresh_token' ? { ...tokens, id_token } : { ...tokens, id_token, refresh_token };
  }
}

/** Atlassian: "Implementing the Refresh Token Flow" (developer.atlassian.com): a JSON body with id and secret, rotating tokens. */
export class AtlassianTwin extends Twin {
  protected readonly endpoints = {
    token: 'auth.atlassian.com/oauth/token',
    authorization: 'auth.atlassian.com/authorize',
  };

  protected override checkAuthorization({ audience, prompt }: Fields): void {
    if (audience !== 'api.atlassian.com' || prompt !== 'consent') throw new Error('The page shows an error.');
  }

  protected override read(request: TwinRequest): Fields {
    return readJson(request);
  }

  protected override authenticate({ headers }: TwinRequest, fields: Fields): void {
    super.authenticate({ headers: { ...headers, authorization: undefined } } as unknown as TwinRequest, fields);
  }

  /** A refresh token for `offline_access` alone: the same page, Obtaining a refresh token. */
  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { refresh_token, ...tokens } = super.success(login, fields);
    const isOffline = login.parameters['scope']?.split(' ').includes('offline_access');
    return isOffline ? { ...tokens, refresh_token } : tokens;
  }

  /** Status 403 and `unauthorized_client`: the words of Atlassian in the table of docs/server-answers.md. */
  protected override deadRefreshToken(): TwinAnswer {
    return { status: 403, json: { error: 'unauthorized_client', error_description: 'refresh_token is invalid' } };
  }
}

/**
 * Salesforce: "How Does the OAuth Refresh Token Fit Into the Authentication Flow?" (REST API Developer Guide, 218.0): no `expires_in`, `issued_at` as text, an
 * `instance_url`; the refresh token stays.
 */
export class SalesforceTwin extends Twin {
  protected readonly endpoints = {
    token: 'login.salesforce.com/services/oauth2/token',
    authorization: 'login.salesforce.com/services/oauth2/authorize',
    revocation: 'login.salesforce.com/services/oauth2/revoke',
    documents: {
      'login.salesforce.com/.well-known/openid-configuration': {
        issuer: 'https://login.salesforce.com',
        authorization_endpoint: 'https://login.salesforce.com/services/oauth2/authorize',
        token_endpoint: 'https://login.salesforce.com/services/oauth2/token',
        revocation_endpoint: 'https://login.salesforce.com/services/oauth2/revoke',
      },
    },
  };
  override lifetime: number | undefined = undefined;

  protected override rotate(old: string): string {
    return old;
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { refresh_token, ...tokens } = super.success(login, fields);
    const extra = { issued_at: String(this.clock.now()), instance_url: 'https://x.my.salesforce.com', signature: 's' };
    return { ...tokens, ...extra, ...(fields['grant_type'] !== 'refresh_token' && { refresh_token }) };
  }

  protected override deadRefreshToken(): TwinAnswer {
    return { status: 400, json: { error: 'invalid_grant', error_description: 'expired access/refresh token' } };
  }
}

/** Notion: "Create a token" and "Refresh a token" (developers.notion.com/reference): a JSON body, a Basic header, no lifetime. */
export class NotionTwin extends Twin {
  protected readonly endpoints = {
    token: 'api.notion.com/v1/oauth/token',
    authorization: 'api.notion.com/v1/oauth/authorize',
  };
  override lifetime: number | undefined = undefined;
  override readonly client = { id: '3c90c3cc-0d44', secret: 'secret_a+b/c=' };

  protected override checkAuthorization({ owner }: Fields): void {
    if (owner !== 'user') throw new Error('owner must be user.');
  }

  protected override read(request: TwinRequest): Fields {
    return readJson(request);
  }

  /** Id and secret are joined and encoded in Base64, and nothing else: "Create a token", Authorizations. */
  protected override authenticate({ headers }: TwinRequest): void {
    super.authenticate({ headers } as TwinRequest, {});
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { access_token, refresh_token } = super.success(login, fields);
    return {
      access_token,
      refresh_token,
      token_type: 'bearer',
      bot_id: 'b',
      workspace_id: 'w',
      owner: { type: 'user' },
    };
  }
}

/** LinkedIn. */
export class LinkedInTwin extends Twin {
  readonly #issuer = 'https://www.linkedin.com/oauth';
  protected readonly endpoints = {
    token: 'www.linkedin.com/oauth/v2/accessToken',
    authorization: 'www.linkedin.com/oauth/v2/authorization',
    documents: {
      'www.linkedin.com/oauth/.well-known/openid-configuration': {
        issuer: this.#issuer,
        authorization_endpoint: 'https://www.linkedin.com/oauth/v2/authorization',
        token_endpoint: 'https://www.linkedin.com/oauth/v2/accessToken',
      },
    },
  };
  /** "Refresh Tokens with OAuth 2.0" (learn.microsoft.com/linkedin, August 2024): 60 days. */
  override lifetime: number | undefined = 5_184_000;
  #began = 0;

  /** A `code_verifier` is `invalid_client`: nextauthjs/next-auth#8831, 2024-03-27. Id and secret are read from the form. */
  protected override authenticate(_request: TwinRequest, fields: Fields): void {
    if ('code_verifier' in fields) throw new Refused(401, { error: 'invalid_client' });
    super.authenticate({ headers: {} } as TwinRequest, fields);
  }

  /** The refresh token stays and so does its end, a year after the login: the same page, Refresh token lifespan. */
  protected override rotate(old: string): string {
    return old;
  }

  /** No nonce in the id token: authlib/authlib#763, 2025-04-28. */
  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    this.#began ||= this.clock.now();
    const left = Math.floor(31_536_000 - (this.clock.now() - this.#began) / 1000);
    const id_token = this.idToken(this.#issuer, { ...login, parameters: {} });
    return { ...super.success(login, fields), id_token, refresh_token_expires_in: left };
  }
}

/** Withings: status 200 for all, with a status within ("Shutting down access and refresh tokens endpoints", 2021-03-16). */
export class WithingsTwin extends Twin {
  protected readonly endpoints = {
    token: 'wbsapi.withings.net/v2/oauth2',
    authorization: 'account.withings.com/oauth2_user/authorize2',
  };
  /** "Access and refresh tokens" (developer.withings.com): three hours. */
  override lifetime: number | undefined = 10_800;

  /** Each request names its action: the same support page, New input parameters. */
  protected override authenticate(_request: TwinRequest, fields: Fields): void {
    if (fields['action'] !== 'requesttoken')
      throw new Refused(200, { status: 2554, body: {}, error: 'Unknown action' });
    super.authenticate({ headers: {} } as TwinRequest, fields);
  }

  protected override wrap(tokens: Readonly<Record<string, unknown>>): TwinAnswer {
    return { json: { status: 0, body: { userid: '1', ...tokens } } };
  }

  /** "Invalid Params: invalid code" is in the FAQ of developer.withings.com, 503 in jaroslawhartman/withings-sync#41. */
  protected override deadRefreshToken(): TwinAnswer {
    return { json: { status: 503, body: {}, error: 'Invalid Params: invalid refresh_token' } };
  }

  /** Too many requests: jaroslawhartman/withings-sync#237. */
  protected override outage(): TwinAnswer {
    return { json: { status: 601, body: {}, error: 'Too Many Request' } };
  }
}
