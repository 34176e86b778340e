import { type Fields, Refused, Twin, type TwinAnswer, type TwinLogin, type TwinRequest } from './twin.js';

/**
 * GitHub, an OAuth app: "Authorizing OAuth apps" (github/docs, copy 029b09ac). Errors and all else come with status 200 and, unless
 * JSON is asked for, in a form; this twin never heeds `Accept`, which is the worse case.
 */
export class GitHubTwin extends Twin {
  protected readonly endpoints: Twin['endpoints'] = {
    token: 'github.com/login/oauth/access_token',
    authorization: 'github.com/login/oauth/authorize',
    device: 'github.com/login/device/code',
  };
  override lifetime: number | undefined = undefined;

  /** Scopes are separated by commas, and there is neither an end nor a refresh token: Web application flow, step 2. */
  protected override success(login: TwinLogin, _fields: Fields): Readonly<Record<string, unknown>> {
    const scope = (login.parameters['scope'] ?? '').replaceAll(' ', ',');
    return { access_token: this.newAccessToken(login), scope, token_type: 'bearer' };
  }

  protected override wrap(tokens: Readonly<Record<string, unknown>>): TwinAnswer {
    const fields = Object.entries(tokens).filter(([, value]) => value !== undefined);
    return { form: Object.fromEntries(fields.map(([name, value]) => [name, String(value)])) };
  }

  /** The device flow takes no secret: Device flow, steps 1 and 3. */
  protected override authenticate(request: TwinRequest, fields: Fields): void {
    const isOfDevice = request.at === this.endpoints.device || 'device_code' in fields;
    if (!isOfDevice) {
      super.authenticate({ ...request, headers: {} }, fields); // id and secret are parameters: step 2
      return;
    }
    if (fields['client_id'] !== this.client.id) throw new Refused(200, { error: 'incorrect_client_credentials' });
  }

  protected override pending(): TwinAnswer {
    return this.wrap({ error: 'authorization_pending', error_description: 'It is pending.' });
  }

  protected override deviceCode(deviceCode: string): TwinAnswer {
    const { json } = super.deviceCode(deviceCode);
    return this.wrap({ ...json, verification_uri: 'https://github.com/login/device' });
  }

  /** orgs/community#24745. */
  protected override deadRefreshToken(): TwinAnswer {
    const error_description = 'The refresh token passed is incorrect or expired.';
    return this.wrap({ error: 'bad_refresh_token', error_description });
  }
}

/**
 * GitHub, a GitHub App whose tokens expire: "Refreshing user access tokens" (github/docs, copy 2e15944c). Eight hours and six months; a used refresh
 * token and its access token work no longer; no secret is needed where the device flow began it.
 */
export class GitHubAppTwin extends GitHubTwin {
  override lifetime: number | undefined = 28_800;

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    for (const [token, owner] of this.accessTokens) if (owner === login) this.accessTokens.delete(token);
    const life = { expires_in: this.lifetime, refresh_token: login.refreshToken, refresh_token_expires_in: 15_811_200 };
    return { ...super.success(login, fields), ...life, scope: '' };
  }

  protected override authenticate(request: TwinRequest, fields: Fields): void {
    const login = this.logins.find(({ refreshToken }) => refreshToken === fields['refresh_token']);
    const isOfDevice = login !== undefined && !('redirect_uri' in login.parameters);
    super.authenticate(request, isOfDevice ? { ...fields, device_code: '' } : fields);
  }
}
