import { type Fields, Twin, type TwinAnswer, type TwinLogin, type TwinRequest, Refused } from './twin.js';

/** Slack, with token rotation: everything is status 200 with `ok` ("oauth.v2.access", docs.slack.dev/reference/methods). */
export class SlackTwin extends Twin {
  protected readonly endpoints: Twin['endpoints'] = {
    token: 'slack.com/api/oauth.v2.access',
    authorization: 'slack.com/oauth/v2/authorize',
    revocation: 'slack.com/api/auth.revoke',
  };
  /** "Token rotation", What is token rotation: 12 hours. */
  override lifetime: number | undefined = 43_200;

  /** A token is a parameter or the Authorization header, which then holds nothing else: "auth.revoke", Arguments. */
  protected override authenticate(request: TwinRequest, fields: Fields): void {
    const isRevocation = request.at === this.endpoints.revocation;
    if (isRevocation && request.headers.authorization) throw new Refused(200, { ok: false, error: 'not_authed' });
    try {
      super.authenticate(request, fields);
    } catch {
      throw new Refused(200, { ok: false, error: 'bad_client_secret' });
    }
  }

  /** A bot's token stands at the top and is of type `bot`; scopes are separated by commas: "oauth.v2.access", Response. */
  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const scope = (login.parameters['scope'] ?? '').replaceAll(' ', ',');
    const tokens = { ...super.success(login, fields), scope, token_type: 'bot', bot_user_id: 'U1' };
    return { ok: true, ...tokens, team: { id: 'T1' }, authed_user: { id: 'U2' } };
  }

  /** "tooling.tokens.rotate" and "oauth.v2.access", Errors. */
  protected override deadRefreshToken(): TwinAnswer {
    return { json: { ok: false, error: 'invalid_refresh_token' } };
  }

  protected override outage(): TwinAnswer {
    return { json: { ok: false, error: 'internal_error' } };
  }

  /** "auth.revoke", Response and Errors: it takes access tokens, and says in a 200 what it thinks. */
  protected override revoke({ token = '' }: Fields): TwinAnswer {
    const login = this.accessTokens.get(token);
    if (!login || login.isDead) return { json: { ok: false, error: 'invalid_auth' } };
    login.isDead = true;
    return { json: { ok: true, revoked: true } };
  }
}

/**
 * Slack, for a user's token: asked for by `user_scope`, under `authed_user` at a login, at the top at a renewal
 * (slackapi/node-slack-sdk, `install-provider.ts`, copy 2adb3e5f). A bot's token stands beside it.
 */
export class SlackUserTwin extends SlackTwin {
  protected override checkAuthorization(parameters: Fields): void {
    if (!parameters['user_scope']) throw new Error('invalid_scope_requested');
  }

  protected override success(login: TwinLogin, fields: Fields): Readonly<Record<string, unknown>> {
    const { access_token, refresh_token, expires_in, ok } = super.success(login, fields);
    const scope = login.parameters['user_scope'];
    const user = { access_token, refresh_token, expires_in, scope, token_type: 'user' };
    if (fields['grant_type'] === 'refresh_token') return { ok, ...user };
    const bot = { access_token: 'xoxe.xoxb-of-the-bot', refresh_token: 'xoxe-of-the-bot', token_type: 'bot' };
    return { ok, ...bot, scope: 'chat:write', team: { id: 'T1' }, authed_user: { id: 'U2', ...user } };
  }
}
