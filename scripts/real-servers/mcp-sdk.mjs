import { randomUUID } from 'node:crypto';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import express from 'express';
import { browse } from './site.mjs';

const redirectUri = 'https://app.example/callback';

export const software = ['@modelcontextprotocol/sdk'];

/**
 * A person logs in in a browser. The router leaves tokens to the program around it; here refresh tokens rotate, and one
 * that was used is refused, while its successor lives on.
 */
export async function serve(site) {
  const client = { client_id: 'app', client_secret: 'hush', redirect_uris: [redirectUri] };
  const codes = new Map();
  const [refreshTokens, accessTokens] = [new Map(), new Map()];
  const taken = (map, key) => {
    const found = map.get(key);
    map.delete(key);
    if (!found) throw new InvalidGrantError('This is not, or no longer, good.');
    return found;
  };
  const issue = (login) => {
    const [access_token, refresh_token] = [randomUUID(), randomUUID()];
    refreshTokens.set(refresh_token, login);
    accessTokens.set(access_token, { ...login, token: access_token, expiresAt: Math.floor(Date.now() / 1000) + 3600 });
    return { access_token, refresh_token, token_type: 'bearer', expires_in: 3600, scope: login.scopes.join(' ') };
  };
  const provider = {
    clientsStore: { getClient: (id) => (id === client.client_id ? client : undefined) },
    async authorize({ client_id: clientId }, { codeChallenge, redirectUri: back, state, scopes = [] }, response) {
      const code = randomUUID();
      codes.set(code, { clientId, codeChallenge, scopes });
      const location = new URL(back);
      location.search = new URLSearchParams({ code, ...(state && { state }) });
      response.redirect(location.href);
    },
    challengeForAuthorizationCode: async (_client, code) => codes.get(code)?.codeChallenge ?? '',
    exchangeAuthorizationCode: async (_client, code) => issue(taken(codes, code)),
    exchangeRefreshToken: async (_client, token) => issue(taken(refreshTokens, token)),
    async verifyAccessToken(token) {
      const found = accessTokens.get(token);
      if (!found) throw new InvalidTokenError('This is not, or no longer, good.');
      return found;
    },
    async revokeToken(_client, { token }) {
      refreshTokens.delete(token);
      accessTokens.delete(token);
    },
  };
  site.answer = express()
    .use(mcpAuthRouter({ provider, issuerUrl: new URL(site.origin), scopesSupported: ['tools'] }))
    .get('/tools', requireBearerAuth({ verifier: provider }), (_request, response) => response.json({}));
  return {
    flow: 'AuthorizationCodeFlow',
    options: { issuer: site.origin, clientId: 'app', clientSecret: 'hush', redirectUri, scope: 'tools' },
    tokenPath: '/token',
    afterLostAnswer: 'ended',
    approve: ({ url }) => browse(url, redirectUri),
    async isGood(token) {
      const { status } = await fetch(`${site.origin}/tools`, { headers: { authorization: `Bearer ${token}` } });
      return status === 200;
    },
    async endLogins() {
      refreshTokens.clear();
    },
  };
}
