#!/usr/bin/env bash
# @jmondi/oauth2-server 4.3.7, a renewal with a refresh token that was revoked.
# Expected: 400 invalid_grant, which RFC 6749 section 5.2 has for "invalid, expired, revoked", and by which clients know that
# the person has to log in anew.
# Seen: 400 invalid_request, "Token has been revoked": the word for a request that is malformed.
# Why it matters: a client that goes by the standard takes it for a fault of its own, keeps the dead token and tries for ever.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @jmondi/oauth2-server@4.3.7 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { AuthorizationServer, JwtService, OAuthRequest } from '@jmondi/oauth2-server';

const client = { id: 'app', name: 'app', allowedGrants: ['client_credentials', 'refresh_token'], redirectUris: [], scopes: [] };
const inAnHour = () => new Date(Date.now() + 3_600_000);
const tokens = new Map();
const revoked = new Set();
const repository = {
  issueToken: async () => ({ accessToken: 'access', accessTokenExpiresAt: inAnHour(), client, scopes: [] }),
  issueRefreshToken: async (token) => ({ ...token, refreshToken: `refresh-${tokens.size}`, refreshTokenExpiresAt: inAnHour() }),
  persist: async (token) => void tokens.set(token.refreshToken, token),
  revoke: async ({ refreshToken }) => void revoked.add(refreshToken),
  isRefreshTokenRevoked: async ({ refreshToken }) => revoked.has(refreshToken),
  getByRefreshToken: async (wanted) => tokens.get(wanted),
};
const clients = { getByIdentifier: async () => client, isClientValid: async () => true };
const scopes = { getAllByIdentifiers: async () => [], finalize: async (all) => all };
const jwt = new JwtService('a secret of this program');
const server = new AuthorizationServer(clients, repository, scopes, jwt);
server.enableGrantTypes('refresh_token');
await repository.persist(await repository.issueRefreshToken(await repository.issueToken()));
const expire_time = Math.floor(Date.now() / 1000) + 3600;
const refresh_token = await jwt.sign({ client_id: 'app', refresh_token_id: 'refresh-0', expire_time, scope: '' });
const renew = () => {
  const body = { grant_type: 'refresh_token', refresh_token, client_id: 'app', client_secret: 'secret' };
  return server.respondToAccessTokenRequest(new OAuthRequest({ body })).then(
    ({ status }) => `${status}, a token`,
    ({ status, errorType, errorDescription }) => `${status} ${errorType}: ${errorDescription}`,
  );
};
const seen = [await renew(), await renew()]; // the first one revokes the token, and gives another
console.log(seen);
assert.deepEqual(seen, ['200, a token', '400 invalid_request: Token has been revoked']);
JS
echo "node $(node --version), @jmondi/oauth2-server 4.3.7"
node program.mjs
