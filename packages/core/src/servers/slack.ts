import type { ServerDialect, TokenAnswer } from '../options/server-dialect.js';
import { checkText } from './check-name.js';
import type { ServerOptions } from './server-options.js';

/**
 * Slack: the token of an app's bot. With token rotation it lives 12 hours and has a refresh token, which rotates; without, it has
 * no end.
 *
 * Sources: Slack, "Token rotation" (api.slack.com/authentication/rotation) and "oauth.v2.access" (docs.slack.dev/reference/methods),
 * copies of 2025 without a day.
 *
 * @group Servers
 */
export function slackBot(): ServerOptions {
  return { server, clientAuthentication: 'client_secret_post', dialect: dialectWith(({ body }) => body) };
}

/**
 * Slack: the token of the user who installs an app. Its scopes go into the URL as `user_scope`, and its tokens stand under
 * `authed_user` of a login's answer, though not of a renewal's.
 *
 * Sources: as for {@link slackBot}; slackapi/node-slack-sdk, `packages/oauth/src/install-provider.ts` (copy of 2adb3e5f).
 *
 * @param options - `scope`: the user's scopes
 * @throws TypeError
 * @group Servers
 */
export function slackUser({ scope }: { readonly scope: string }): ServerOptions {
  return {
    server,
    clientAuthentication: 'client_secret_post',
    authorizationParameters: { user_scope: checkText('scope', scope) },
    dialect: dialectWith(({ body: { authed_user, ...body } }) => {
      const user = Object(authed_user) as Readonly<Record<string, unknown>>;
      return 'access_token' in user ? user : body;
    }),
  };
}

const server = {
  tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
  authorizationEndpoint: 'https://slack.com/oauth/v2/authorize',
  revocationEndpoint: 'https://slack.com/api/auth.revoke',
};

/** Slack answers 200 to everything; these errors pass by themselves. */
const outages = new Set(['fatal_error', 'internal_error', 'ratelimited', 'request_timeout', 'service_unavailable']);

/** What `auth.revoke` says of a token that does not work any more, or that is none of those it revokes. */
const dead = new Set(['invalid_auth', 'token_expired', 'token_revoked', 'account_inactive']);

/** `token_type` is `bot` or `user` there, and means that it is used as a bearer token. */
function dialectWith(pick: (answer: TokenAnswer) => Readonly<Record<string, unknown>>): ServerDialect {
  return {
    answer(answer) {
      const { purpose, status, body } = answer;
      const error = String(body['error']);
      if (body['ok'] !== false) return { status, body: { ...pick(answer), token_type: 'Bearer' } };
      if (outages.has(error)) return { status: 503, body };
      return purpose === 'revocation'
        ? { status: 400, body: { error: dead.has(error) ? 'invalid_token' : error } }
        : { status, body };
    },
  };
}
