import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { getAuthTables } from 'better-auth/db';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { browse, cookieHeader, keepCookies } from './site.mjs';

const redirectUri = 'https://app.example/callback';

export const software = ['better-auth', '@better-auth/oauth-provider'];

export const settings = [{}, { refreshTokenReuseInterval: 60 }];

/** A person logs in in a browser. Refresh tokens rotate; whoever presents a used one ends all logins at that client. */
export async function serve(site, setting) {
  const plugins = [jwt(), oauthProvider({ loginPage: '/login', consentPage: '/consent', ...setting })];
  const tables = Object.values(getAuthTables({ plugins }));
  const database = Object.fromEntries(tables.map(({ modelName }) => [modelName, []]));
  const auth = betterAuth({
    baseURL: `${site.origin}/api/auth`,
    secret: 'a secret of loopback, 32 characters long',
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins,
  });
  site.answer = toNodeHandler(auth);
  const ada = { email: 'ada@example.org', password: 'not a good one', name: 'Ada' };
  await auth.api.signUpEmail({ body: ada });
  const signIn = async () => {
    const cookies = new Map();
    const headers = { 'content-type': 'application/json', origin: site.origin };
    const request = { method: 'POST', headers, body: JSON.stringify(ada) };
    const answer = await fetch(`${site.origin}/api/auth/sign-in/email`, request);
    keepCookies(answer.headers.getSetCookie(), cookies);
    return cookies;
  };
  const { client_id: clientId, client_secret: clientSecret } = await auth.api.adminCreateOAuthClient({
    headers: { cookie: cookieHeader(await signIn()) },
    body: {
      redirect_uris: [redirectUri],
      skip_consent: true,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid offline_access',
    },
  });
  return {
    flow: 'AuthorizationCodeFlow',
    options: { issuer: `${site.origin}/api/auth`, clientId, clientSecret, redirectUri, scope: 'openid offline_access' },
    tokenPath: '/api/auth/oauth2/token',
    afterLostAnswer: setting.refreshTokenReuseInterval ? 'goes on' : 'ended',
    approve: async ({ url }) => browse(url, redirectUri, await signIn()),
    async isGood(token) {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${site.origin}/api/auth/oauth2/userinfo`, { headers })).status === 200;
    },
    async endLogins() {
      database.oauthRefreshToken = [];
      database.oauthAccessToken = [];
    },
  };
}
