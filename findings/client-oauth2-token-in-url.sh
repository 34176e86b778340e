#!/usr/bin/env bash
# client-oauth2 4.3.3, `sign` with a token whose answer said `token_type: DPoP` (RFC 9449), or left token_type out.
# Expected: an Authorization header with the scheme of the answer, or an error for a type that is not known.
# Seen: for each type but Bearer the access token is put into the URL, as ?access_token=.
# Why it matters: URLs stand in the logs of servers and proxies. It depends on one word of the server's answer, so that it begins
# with a change over there, and RFC 9700 section 4.3.2 says not to do it at all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts client-oauth2@4.3.3 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import ClientOAuth2 from 'client-oauth2';

const answers = [{ token_type: 'Bearer' }, { token_type: 'DPoP' }, {}];
const waiting = [...answers];
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ access_token: 'secret', expires_in: 3600, ...waiting.shift() }));
}).listen(0, '127.0.0.1', async () => {
  const accessTokenUri = `http://127.0.0.1:${server.address().port}/token`;
  const client = new ClientOAuth2({ clientId: 'app', clientSecret: 'secret', accessTokenUri });
  const seen = [];
  for (const { token_type = 'none' } of answers) {
    const token = await client.credentials.getToken();
    const { url, headers } = token.sign({ method: 'GET', url: 'https://api.example/orders' });
    seen.push(`${token_type}: ${url} ${headers.Authorization ?? 'no Authorization header'}`);
  }
  server.close();
  console.log(seen);
  assert.deepEqual(seen, [
    'Bearer: https://api.example/orders Bearer secret',
    'DPoP: https://api.example/orders?access_token=secret no Authorization header',
    'none: https://api.example/orders?access_token=secret no Authorization header',
  ]);
});
JS
echo "node $(node --version), client-oauth2 4.3.3"
node program.mjs
