#!/usr/bin/env bash
# simple-oauth2 5.1.0, at a server that keeps its refresh tokens.
# Expected: an answer to a renewal may leave refresh_token out, and the old one goes on (RFC 6749 section 6), so a token can
# be renewed again and again.
# Seen: the first renewal works, and its result has no refresh token; the second one sends an empty refresh_token.
# Why it matters: a login that should live for months ends at the second renewal, hours after all tests were green.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts simple-oauth2@5.1.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import simple from 'simple-oauth2';

const received = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  received.push(new URLSearchParams(body).get('refresh_token'));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ access_token: `access-${received.length}`, token_type: 'Bearer', expires_in: 3600 }));
}).listen(0, '127.0.0.1', async () => {
  const auth = { tokenHost: `http://127.0.0.1:${server.address().port}`, tokenPath: '/token' };
  const client = new simple.AuthorizationCode({ client: { id: 'app', secret: 'secret' }, auth });
  const first = client.createToken({ access_token: 'access-0', refresh_token: 'refresh', expires_in: 3600 });
  const second = await first.refresh();
  console.log('after the first renewal:', JSON.stringify(second));
  await second.refresh();
  console.log('refresh tokens that the server received:', received);
  server.close();
  assert.equal(second.token.refresh_token, undefined);
  assert.deepEqual(received, ['refresh', '']);
});
JS
echo "node $(node --version), simple-oauth2 5.1.0"
node program.mjs
