#!/usr/bin/env bash
# google-auth-library 11.3.4, OAuth2Client with the endpoints of a server that rotates refresh tokens (its option `endpoints`).
# Expected: the refresh token of an answer replaces the one that was sent (RFC 6749 section 6).
# Seen: the event `tokens` tells of the new refresh token, but the client itself goes on with the old one, and sends it again.
# Why it matters: a server that rotates takes that for a stolen token, and ends the login at the second renewal, though
# the application stores what the event tells.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts google-auth-library@11.3.4 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { OAuth2Client } from 'google-auth-library';

const received = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  received.push(new URLSearchParams(body).get('refresh_token'));
  const [access_token, refresh_token] = [`access-${received.length}`, `refresh-${received.length}`];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ access_token, refresh_token, token_type: 'Bearer', expires_in: 1 }));
}).listen(0, '127.0.0.1', async () => {
  const oauth2TokenUrl = `http://127.0.0.1:${server.address().port}/token`;
  const client = new OAuth2Client({ clientId: 'app', clientSecret: 'secret', endpoints: { oauth2TokenUrl } });
  const told = [];
  client.on('tokens', ({ refresh_token }) => told.push(refresh_token));
  client.setCredentials({ access_token: 'access-0', refresh_token: 'refresh-0', expiry_date: 1 });
  await client.getAccessToken();
  await client.getAccessToken(); // the first one had a second to live, and counts as ended
  console.log('refresh tokens of the event:', told, 'that the client holds:', client.credentials.refresh_token);
  console.log('refresh tokens that the server received:', received);
  server.close();
  assert.deepEqual(told, ['refresh-1', 'refresh-2']);
  assert.deepEqual(received, ['refresh-0', 'refresh-0']);
});
JS
echo "node $(node --version), google-auth-library 11.3.4"
node program.mjs
