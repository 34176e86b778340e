import { checkHost } from './check-name.js';
import type { ServerOptions } from './server-options.js';

/**
 * GitHub: OAuth apps, and GitHub Apps for their users, by device or in a browser. An OAuth app gets a token without an end and
 * no refresh token; a GitHub App one of eight hours and a refresh token of six months, which rotates. Tokens are not revoked at a
 * logout: GitHub has no endpoint of RFC 7009.
 *
 * Sources: GitHub, "Authorizing OAuth apps" (github.com/github/docs, copy of 029b09ac) and "Refreshing user access tokens" (copy of
 * 2e15944c).
 *
 * @param options - `host`: of a GitHub Enterprise Server, in place of `github.com`; `clientSecret`: given here it goes into the
 * form, as the pages have it; logins by device need none
 * @throws TypeError
 * @group Servers
 */
export function github({
  host = 'github.com',
  clientSecret,
}: {
  readonly host?: string | undefined;
  readonly clientSecret?: ServerOptions['clientSecret'];
} = {}): ServerOptions {
  const login = `https://${checkHost('host', host)}/login`;
  return {
    server: {
      tokenEndpoint: `${login}/oauth/access_token`,
      authorizationEndpoint: `${login}/oauth/authorize`,
      deviceAuthorizationEndpoint: `${login}/device/code`,
    },
    ...(clientSecret !== undefined && { clientSecret, clientAuthentication: 'client_secret_post' }),
  };
}
