import { checkHost } from './check-name.js';
import type { TokenAnswer } from '../options/server-dialect.js';
import type { ServerOptions } from './server-options.js';

/**
 * Withings: each request names an `action`; an answer has status 200, a `status` of its own and the tokens in `body`. Refresh tokens
 * rotate and live a year; the one before is good for 8 hours, or until the new access token is used.
 *
 * Sources: Withings, "Access and refresh tokens" (developer.withings.com, a copy without a day), "Shutting down access and refresh tokens endpoints"
 * (support.withings.com, of 2021-03-16); jaroslawhartman/withings-sync#41 (503) and #237 (601).
 *
 * @param options - `host`: of another cloud, in place of `wbsapi.withings.net`; `loginHost`: in place of
 * `account.withings.com`
 * @throws TypeError
 * @group Servers
 */
export function withings({
  host = 'wbsapi.withings.net',
  loginHost = 'account.withings.com',
}: { readonly host?: string | undefined; readonly loginHost?: string | undefined } = {}): ServerOptions {
  return {
    server: {
      tokenEndpoint: `https://${checkHost('host', host)}/v2/oauth2`,
      authorizationEndpoint: `https://${checkHost('loginHost', loginHost)}/oauth2_user/authorize2`,
    },
    clientAuthentication: 'client_secret_post',
    dialect: {
      request: ({ fields, ...request }) => ({ ...request, fields: { ...fields, action: 'requesttoken' } }),
      answer: readAnswer,
    },
  };
}

/** What `status` says beside 0, which is success. 503 is for any wrong parameter, a code or token that has ended among them. */
function readAnswer({ status, body }: TokenAnswer): Pick<TokenAnswer, 'status' | 'body'> {
  const { status: said, body: tokens, error } = body;
  if (said === 0) return { status, body: Object(tokens) as Readonly<Record<string, unknown>> };
  if (typeof said !== 'number') return { status, body };
  if (said === 601) return { status: 429, body: {} };
  const error_description = typeof error === 'string' ? error : `status ${said}`;
  const isEnded = /invalid (code|refresh)/i.test(error_description);
  return { status: 400, body: { error: isEnded ? 'invalid_grant' : 'invalid_request', error_description } };
}
