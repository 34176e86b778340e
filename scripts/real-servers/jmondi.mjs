import { randomUUID } from 'node:crypto';
import { AuthorizationServer, DateInterval, JwtService } from '@jmondi/oauth2-server';
import { handleExpressError, handleExpressResponse, requestFromExpress } from '@jmondi/oauth2-server/express';
import express from 'express';
import { browse } from './site.mjs';

const redirectUri = 'https://app.example/callback';

export const software = ['@jmondi/oauth2-server'];

/** A person logs in in a browser. Repositories are the program's; a refresh token that was used is revoked. */
export async function serve(site) {
  const ada = { id: 'ada' };
  const client = {
    id: 'app',
    name: 'app',
    secret: 'hush',
    redirectUris: [redirectUri],
    allowedGrants: ['authorization_code', 'refresh_token'],
    scopes: [],
  };
  const [codes, tokens, revoked] = [new Map(), new Map(), new Set()];
  const inAnHour = () => new DateInterval('1h').getEndDate();
  const clients = {
    getByIdentifier: async () => client,
    isClientValid: async (_grant, { secret }, presented) => secret === presented,
  };
  const tokenRepository = {
    issueToken: async (client, scopes, user) => ({
      accessToken: randomUUID(),
      accessTokenExpiresAt: inAnHour(),
      client,
      user,
      scopes,
    }),
    issueRefreshToken: async (token) =>
      Object.assign(token, { refreshToken: randomUUID(), refreshTokenExpiresAt: inAnHour() }),
    persist: async (token) => void tokens.set(token.accessToken, token),
    revoke: async ({ accessToken }) => void revoked.add(accessToken),
    isRefreshTokenRevoked: async ({ accessToken }) => revoked.has(accessToken),
    getByRefreshToken: async (wanted) => [...tokens.values()].find(({ refreshToken }) => refreshToken === wanted),
    getByAccessToken: async (wanted) => tokens.get(wanted),
  };
  const codeRepository = {
    getByIdentifier: async (code) => codes.get(code),
    issueAuthCode: (client, user, scopes) => ({ code: randomUUID(), expiresAt: inAnHour(), client, user, scopes }),
    persist: async (code) => void codes.set(code.code, code),
    isRevoked: async (code) => !codes.has(code),
    revoke: async (code) => void codes.delete(code),
  };
  const scopes = { getAllByIdentifiers: async () => [], finalize: async (all) => all };
  const jwt = new JwtService('a secret of loopback');
  const server = new AuthorizationServer(clients, tokenRepository, scopes, jwt, { authenticateRevoke: true });
  const userRepository = { getUserByCredentials: async () => ada };
  server.enableGrantTypes(
    { grant: 'authorization_code', authCodeRepository: codeRepository, userRepository },
    'refresh_token',
  );
  const answers = (work) => async (incoming, outgoing) => {
    try {
      handleExpressResponse(outgoing, await work(requestFromExpress(incoming)));
    } catch (error) {
      handleExpressError(error, outgoing);
    }
  };
  site.answer = express()
    .use(express.urlencoded({ extended: false }))
    .get(
      '/authorize',
      answers(async (request) => {
        const asked = await server.validateAuthorizationRequest(request);
        return server.completeAuthorizationRequest(Object.assign(asked, { user: ada, isAuthorizationApproved: true }));
      }),
    )
    .post(
      '/token',
      answers((request) => server.respondToAccessTokenRequest(request)),
    )
    .post(
      '/revoke',
      answers((request) => server.revoke(request)),
    );
  return {
    flow: 'AuthorizationCodeFlow',
    options: {
      server: {
        authorizationEndpoint: `${site.origin}/authorize`,
        tokenEndpoint: `${site.origin}/token`,
        revocationEndpoint: `${site.origin}/revoke`,
      },
      clientId: 'app',
      clientSecret: 'hush',
      redirectUri,
    },
    tokenPath: '/token',
    afterLostAnswer: 'ended',
    cannot: { discovery: 'it publishes no metadata' },
    approve: ({ url }) => browse(url, redirectUri),
    async isGood(token) {
      const { jti } = await jwt.verify(token);
      return !revoked.has(jti);
    },
    async endLogins() {
      for (const name of tokens.keys()) revoked.add(name);
    },
  };
}
