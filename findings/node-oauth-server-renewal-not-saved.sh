#!/usr/bin/env bash
# @node-oauth/oauth2-server 5.3.0, a renewal while its own store fails once.
# Expected: a 503 says that nothing came of it: the client tries again with the same refresh token, and is logged in.
# Seen: the server revokes the old refresh token before it saves the new one. When that save fails, it answers 503, and the
# next try is refused: invalid_grant.
# Why it matters: one lost write in the server's database ends the login, and the client has done all that it could.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @node-oauth/oauth2-server@5.3.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import OAuth2Server from '@node-oauth/oauth2-server';

const client = { id: 'app', grants: ['refresh_token'] };
const refreshTokens = new Set(['refresh-0']);
let failures = 1;
const model = {
  getClient: () => client,
  getRefreshToken: (refreshToken) => refreshTokens.has(refreshToken) && { refreshToken, client, user: { id: 'ada' } },
  revokeToken: ({ refreshToken }) => refreshTokens.delete(refreshToken),
  saveToken: (token, client, user) => {
    if (failures-- > 0) throw new Error('The database is not there.');
    refreshTokens.add(token.refreshToken);
    return { ...token, client, user };
  },
};
const oauth = new OAuth2Server({ model });
const seen = [];
for (let attempt = 1; attempt <= 2; attempt++) {
  const request = new OAuth2Server.Request({
    method: 'POST',
    query: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1', 'transfer-encoding': 'chunked' },
    body: { grant_type: 'refresh_token', refresh_token: 'refresh-0', client_id: 'app', client_secret: 'secret' },
  });
  const response = new OAuth2Server.Response({ headers: {} });
  await oauth.token(request, response).catch(() => undefined);
  seen.push(`${response.status} ${response.body.error ?? 'a token'}`);
}
console.log(seen);
assert.deepEqual(seen, ['503 server_error', '400 invalid_grant']);
JS
echo "node $(node --version), @node-oauth/oauth2-server 5.3.0"
node program.mjs
