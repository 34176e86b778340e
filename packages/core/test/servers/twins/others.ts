import { type Fields, Refused, Twin, type TwinAnswer, type TwinLogin, type TwinRequest } from './twin.js';

/** A twin without more than its endpoints, of a server that publishes its metadata. */
function discovered(
  issuer: string,
  places: Readonly<Record<'authorization' | 'token' | 'device' | 'revocation', string>>,
  at = issuer,
) {
  const document = {
    issuer,
    authorization_endpoint: `https://${places.authorization}`,
    token_endpoint: `https://${places.token}`,
    device_authorization_endpoint: `https://${places.device}`,
    revocation_endpoint: `https://${places.revocation}`,
  };
  const place = `${at.replace('https://', '').replace(/\/$/, '')}/.well-known/openid-configuration`;
  return { ...places, documents: { [place]: document } };
}

/** The client is in the form. */
abstract class FormTwin extends Twin {
  protected override authenticate(_request: TwinRequest, fields: Fields): void {
    super.authenticate({ headers: {} } as TwinRequest, fields);
  }
}

/** Auth0: a revocation endpoint that reads JSON (EarthScope SDK 0.2, `refresh`), 403 for a dead refresh token. */
export class Auth0Twin extends Twin {
  protected readonly endpoints = discovered('https://tenant.eu.auth0.com/', {
    authorization: 'tenant.eu.auth0.com/authorize',
    token: 'tenant.eu.auth0.com/oauth/token',
    device: 'tenant.eu.auth0.com/oauth/device/code',
    revocation: 'tenant.eu.auth0.com/oauth/revoke',
  });

  protected override checkAuthorization({ audience }: Fields): void {
    if (audience !== 'https://api.example.org') throw new Error('There is no API for this token.');
  }

  protected override read(request: TwinRequest): Fields {
    if (request.at !== this.endpoints.revocation) return super.read(request);
    if (!request.headers['content-type']?.startsWith('application/json'))
      throw new Refused(400, { error: 'invalid_request' });
    return JSON.parse(request.text) as Fields;
  }

  protected override deadRefreshToken(): TwinAnswer {
    const error_description = 'Unknown or invalid refresh token.';
    return { status: 403, json: { error: 'invalid_grant', error_description } };
  }
}

/** GitLab: a refresh ends the access token before it (gitlab-org/gitlab#372358). */
export class GitLabTwin extends Twin {
  protected readonly endpoints = discovered('https://gitlab.com', {
    authorization: 'gitlab.com/oauth/authorize',
    token: 'gitlab.com/oauth/token',
    device: 'gitlab.com/oauth/authorize_device',
    revocation: 'gitlab.com/oauth/revoke',
  });

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    for (const [token, owner] of this.accessTokens) if (owner === login) this.accessTokens.delete(token);
    return super.success(login, fields);
  }
}

/** Keycloak: the life of the refresh token as `refresh_expires_in`, "Session not active". */
export class KeycloakTwin extends Twin {
  protected readonly endpoints = discovered('https://login.example.org/realms/shop', {
    authorization: 'login.example.org/realms/shop/protocol/openid-connect/auth',
    token: 'login.example.org/realms/shop/protocol/openid-connect/token',
    device: 'login.example.org/realms/shop/protocol/openid-connect/auth/device',
    revocation: 'login.example.org/realms/shop/protocol/openid-connect/revoke',
  });

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    return { ...super.success(login, fields), refresh_expires_in: 1800, 'not-before-policy': 0, session_state: 's' };
  }

  protected override deadRefreshToken(): TwinAnswer {
    return { status: 400, json: { error: 'invalid_grant', error_description: 'Session not active' } };
  }
}

/** Okta: rotation with a leeway (schema of an application's `refresh_token`): the one before is taken again. */
export class OktaTwin extends Twin {
  protected readonly endpoints = discovered('https://acme.okta.com/oauth2/default', {
    authorization: 'acme.okta.com/oauth2/default/v1/authorize',
    token: 'acme.okta.com/oauth2/default/v1/token',
    device: 'acme.okta.com/oauth2/default/v1/device/authorize',
    revocation: 'acme.okta.com/oauth2/default/v1/revoke',
  });
  readonly #before = new Map<string, string>();

  protected override rotate(old: string): string {
    const next = super.rotate(old);
    this.#before.set(old, next);
    return next;
  }

  protected override grantOf(fields: Fields): ReturnType<Twin['grantOf']> {
    const { refreshToken = '', ...grant } = super.grantOf(fields);
    return refreshToken === '' ? grant : { refreshToken: this.#before.get(refreshToken) ?? refreshToken };
  }
}

/** Box: one use within 60 days ("Refresh a token", developer.box.com); its words of a dead one (support.box.com, 360049133654). */
export class BoxTwin extends FormTwin {
  protected readonly endpoints = {
    authorization: 'account.box.com/api/oauth2/authorize',
    token: 'api.box.com/oauth2/token',
    revocation: 'api.box.com/oauth2/revoke',
  };

  protected override deadRefreshToken(): TwinAnswer {
    return { status: 400, json: { error: 'invalid_grant', error_description: 'Refresh token has expired' } };
  }
}

/** Dropbox: a refresh token for `token_access_type=offline`, not at a renewal (dropbox.tech, 2022-10-19); tokens of four hours. */
export class DropboxTwin extends Twin {
  protected readonly endpoints = {
    authorization: 'www.dropbox.com/oauth2/authorize',
    token: 'api.dropboxapi.com/oauth2/token',
  };
  override lifetime: number | undefined = 14_400;

  protected override rotate(old: string): string {
    return old;
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { refresh_token, ...tokens } = super.success(login, fields);
    const comes = login.parameters['token_access_type'] === 'offline' && fields['grant_type'] !== 'refresh_token';
    return comes ? { ...tokens, refresh_token } : tokens;
  }
}

/** Spotify: six months from the login, which no renewal moves ("Introducing refresh token expiration", 2026-06-18). */
export class SpotifyTwin extends Twin {
  protected readonly endpoints = {
    authorization: 'accounts.spotify.com/authorize',
    token: 'accounts.spotify.com/api/token',
  };

  protected override rotate(old: string): string {
    return old;
  }
}

/** Strava: errors in a list (dreeveapp/dreeve#1449), tokens of six hours, `expires_at` beside `expires_in`. */
export class StravaTwin extends FormTwin {
  protected readonly endpoints = {
    authorization: 'www.strava.com/oauth/authorize',
    token: 'www.strava.com/oauth/token',
  };
  override lifetime: number | undefined = 21_600;

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    return { ...super.success(login, fields), expires_at: Math.floor(this.clock.now() / 1000) + 21_600 };
  }

  protected override deadRefreshToken(): TwinAnswer {
    const errors = [{ resource: 'RefreshToken', field: 'refresh_token', code: 'invalid' }];
    return { status: 400, json: { message: 'Bad Request', errors } };
  }
}

/** Zoom: an hour, a new refresh token each time, the old one becomes invalid ("Token Lifecycle"). */
export class ZoomTwin extends Twin {
  protected readonly endpoints = {
    authorization: 'zoom.us/oauth/authorize',
    token: 'zoom.us/oauth/token',
    revocation: 'zoom.us/oauth/revoke',
  };
}

/** TikTok: `client_key`, rotation ("Refresh a User Access Token", 2026-11-02), two hours, 180 days. */
export class TikTokTwin extends Twin {
  protected readonly endpoints = {
    authorization: 'www.tiktok.com/v2/auth/authorize/',
    token: 'open.tiktokapis.com/v2/oauth/token/',
  };
  override lifetime: number | undefined = 7200;

  protected override checkAuthorization({ client_key }: Fields): void {
    if (!client_key) throw new Error('param_error: client_key');
  }

  protected override authenticate(_request: TwinRequest, { client_key = '', client_secret = '' }: Fields): void {
    super.authenticate({ headers: {} } as TwinRequest, { client_id: client_key, client_secret });
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const scope = (login.parameters['scope'] ?? '').replaceAll(' ', ',');
    return { ...super.success(login, fields), scope, open_id: 'o', refresh_expires_in: 15_552_000 };
  }
}

/** A public client, named in the form. */
abstract class PublicTwin extends Twin {
  protected override authenticate(_request: TwinRequest, { client_id }: Fields): void {
    if (client_id !== this.client.id) throw new Refused(400, { status: 400, message: 'invalid client' });
  }
}

/**
 * Twitch, by device: `scopes`, a list as `scope`, `message` for what RFC 8628 calls `error` ("Getting OAuth Access Tokens", Device code grant
 * flow; gist StoneyEagle/0af75dede28556a602cf4b34e73056b5), its words of a dead token ("Refreshing Access Tokens", How to use a refresh token).
 */
export class TwitchTwin extends PublicTwin {
  protected readonly endpoints = {
    device: 'id.twitch.tv/oauth2/device',
    token: 'id.twitch.tv/oauth2/token',
    revocation: 'id.twitch.tv/oauth2/revoke',
  };

  protected override read(request: TwinRequest): Fields {
    const fields = super.read(request);
    const isOfDevice = request.at === this.endpoints.device || 'device_code' in fields;
    if (isOfDevice && !fields['scopes']) throw new Refused(400, { status: 400, message: 'missing scopes' });
    return fields;
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    return { ...super.success(login, fields), scope: login.parameters['scopes']?.split(' '), token_type: 'bearer' };
  }

  protected override pending(): TwinAnswer {
    return { status: 400, json: { status: 400, message: 'authorization_pending' } };
  }

  protected override deadRefreshToken(): TwinAnswer {
    return { status: 400, json: { error: 'Bad Request', status: 400, message: 'Invalid refresh token' } };
  }
}

/** Facebook, by device: an app's token in place of a client, `code`, errors with a subcode (hadley/httr, `demo/oauth2-facebook.r`). */
export class FacebookTwin extends PublicTwin {
  protected readonly endpoints = {
    device: 'graph.facebook.com/v2.6/device/login',
    token: 'graph.facebook.com/v2.6/device/login_status',
  };
  override lifetime: number | undefined = 5_184_000;

  protected override authenticate(_request: TwinRequest, { access_token }: Fields): void {
    if (access_token !== 'app id|client token')
      throw new Refused(400, { error: { message: 'Invalid OAuth access token.' } });
  }

  protected override read(request: TwinRequest): Fields {
    const { code, ...fields } = super.read(request);
    return code ? { ...fields, code } : fields;
  }

  protected override grantOf({ code }: Fields): ReturnType<Twin['grantOf']> {
    return { deviceCode: code };
  }

  protected override deviceCode(code: string): TwinAnswer {
    const page = { verification_uri: 'https://www.facebook.com/device', expires_in: 420, interval: 5 };
    return { json: { code, user_code: 'A1NWZ9', ...page } };
  }

  protected override pending(): TwinAnswer {
    return {
      status: 400,
      json: { error: { message: 'This request requires the user to act.', code: 31, error_subcode: 1349174 } },
    };
  }

  protected override success(login: TwinLogin): Readonly<Record<string, unknown>> {
    return { access_token: this.newAccessToken(login), expires_in: this.lifetime };
  }
}

/** Yahoo: a refresh names its redirect URI. */
export class YahooTwin extends Twin {
  protected readonly endpoints = discovered('https://api.login.yahoo.com', {
    authorization: 'api.login.yahoo.com/oauth2/request_auth',
    token: 'api.login.yahoo.com/oauth2/get_token',
    device: 'api.login.yahoo.com/none',
    revocation: 'api.login.yahoo.com/oauth2/revoke',
  });

  protected override grantOf(fields: Fields): ReturnType<Twin['grantOf']> {
    if (!fields['redirect_uri']) throw new Refused(400, { error: 'INVALID_REDIRECT_URI' });
    return super.grantOf(fields);
  }
}

/** Plentymarkets: camel case (requests-oauthlib, its compliance fix). */
export class PlentymarketsTwin extends Twin {
  protected readonly endpoints = { authorization: 'shop.example/authorize', token: 'shop.example/token' };

  protected override wrap({ access_token, refresh_token, expires_in }: Readonly<Record<string, unknown>>): TwinAnswer {
    return {
      json: { accessToken: access_token, refreshToken: refresh_token, expiresIn: expires_in, tokenType: 'Bearer' },
    };
  }
}

/** Lark: JSON bodies. */
export class LarkTwin extends Twin {
  protected readonly endpoints = { authorization: 'lark.example/authorize', token: 'lark.example/token' };

  protected override read({ headers, text }: TwinRequest): Fields {
    if (!headers['content-type']?.startsWith('application/json')) throw new Refused(400, { error: 'invalid_request' });
    return JSON.parse(text) as Fields;
  }
}
