#!/usr/bin/env bash
# @badgateway/oauth2-client 3.3.1, OAuth2Fetch, at a server that is down for a moment.
# Expected: a 503 with Retry-After says nothing about the refresh token: it is kept, and the call fails or tries again.
# Seen: it warns that the refresh token was not accepted, and calls getNewToken, which is the way to log in anew.
# Why it matters: each outage of the server, however short, sends the users to the login page (or ends a job without a user),
# although their refresh tokens are good.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @badgateway/oauth2-client@3.3.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';

let requests = 0;
const server = createServer((request, response) => {
  requests++;
  response.writeHead(503, { 'retry-after': '1' }).end();
}).listen(0, '127.0.0.1', async () => {
  const tokenEndpoint = `http://127.0.0.1:${server.address().port}/token`;
  const stored = { accessToken: 'access', refreshToken: 'refresh', expiresAt: Date.now() - 1000 };
  let logins = 0;
  const api = new OAuth2Fetch({
    client: new OAuth2Client({ clientId: 'app', clientSecret: 'secret', tokenEndpoint }),
    scheduleRefresh: false,
    getStoredToken: () => stored,
    getNewToken: () => {
      logins++;
      return { accessToken: 'of-a-new-login', refreshToken: 'new', expiresAt: Date.now() + 3_600_000 };
    },
  });
  console.log('token after one 503:', await api.getAccessToken(), 'logins:', logins, 'requests:', requests);
  server.close();
  assert.deepEqual({ logins, requests }, { logins: 1, requests: 1 });
});
JS
echo "node $(node --version), @badgateway/oauth2-client 3.3.1"
node program.mjs
