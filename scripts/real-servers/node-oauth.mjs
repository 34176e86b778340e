import OAuth2Server from '@node-oauth/oauth2-server';
import express from 'express';
import { browse } from './site.mjs';

const { Request, Response } = OAuth2Server;
const redirectUri = 'https://app.example/callback';

export const software = ['@node-oauth/oauth2-server'];

export const settings = [{}, { alwaysIssueNewRefreshToken: false }];

/** A person logs in in a browser. The model is the program's; the server asks it to revoke a refresh token that is used. */
export async function serve(site, setting) {
  const client = {
    id: 'app',
    secret: 'hush',
    redirectUris: [redirectUri],
    grants: ['authorization_code', 'refresh_token'],
  };
  const [codes, refreshTokens, accessTokens] = [new Map(), new Map(), new Map()];
  const model = {
    getClient: async (id, secret) => id === client.id && [null, undefined, client.secret].includes(secret) && client,
    saveAuthorizationCode: async (code, client, user) => {
      codes.set(code.authorizationCode, { ...code, client, user });
      return codes.get(code.authorizationCode);
    },
    getAuthorizationCode: async (code) => codes.get(code),
    revokeAuthorizationCode: async ({ authorizationCode }) => codes.delete(authorizationCode),
    saveToken: async (token, client, user) => {
      const saved = { ...token, client, user };
      accessTokens.set(token.accessToken, saved);
      refreshTokens.set(token.refreshToken, saved);
      return saved;
    },
    getAccessToken: async (token) => accessTokens.get(token),
    getRefreshToken: async (token) => refreshTokens.get(token),
    revokeToken: async ({ refreshToken }) => refreshTokens.delete(refreshToken),
    validateScope: async (_user, _client, scope = []) => scope,
  };
  const server = new OAuth2Server({ model, ...setting });
  const answers = (work) => async (incoming, outgoing) => {
    const response = new Response(outgoing);
    await work(new Request(incoming), response).catch(() => {});
    outgoing.status(response.status).set(response.headers).send(response.body);
  };
  const authenticateHandler = { handle: () => ({ id: 'ada' }) };
  site.answer = express()
    .use(express.urlencoded({ extended: false }))
    .get(
      '/authorize',
      answers((request, response) => server.authorize(request, response, { authenticateHandler })),
    )
    .post(
      '/token',
      answers((request, response) => server.token(request, response)),
    )
    .get(
      '/data',
      answers((request, response) => server.authenticate(request, response)),
    );
  return {
    flow: 'AuthorizationCodeFlow',
    options: {
      server: { authorizationEndpoint: `${site.origin}/authorize`, tokenEndpoint: `${site.origin}/token` },
      clientId: 'app',
      clientSecret: 'hush',
      redirectUri,
    },
    tokenPath: '/token',
    afterLostAnswer: setting.alwaysIssueNewRefreshToken === false ? 'goes on' : 'ended',
    cannot: { discovery: 'it publishes no metadata', logout: 'it has no revocation (RFC 7009)' },
    approve: ({ url }) => browse(url, redirectUri),
    async isGood(token) {
      const { status } = await fetch(`${site.origin}/data`, { headers: { authorization: `Bearer ${token}` } });
      return status === 200;
    },
    async endLogins() {
      refreshTokens.clear();
    },
  };
}
