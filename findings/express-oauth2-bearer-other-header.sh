#!/usr/bin/env bash
# express-oauth2-bearer 0.4.1 with express 4.21.2, which lets in requests with a Bearer token "according to RFC 6750".
# Expected: a 401 has the header `WWW-Authenticate` (RFC 6750 section 3), and a 403 for want of a scope says `insufficient_scope` in it.
# Seen: none of them has it. What belongs into it stands in a header of another name, `www-authentication`, which no client reads, and
# the 403 says `invalid_token` there.
# Why it matters: a client that renews its token upon `invalid_token` alone never does, and one that tells from the challenge where to log in
# finds nothing. If a proxy mends the name, the 403 becomes a renewal at each request.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts express-oauth2-bearer@0.4.1 express@4.21.2 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import express from 'express';
import bearer from 'express-oauth2-bearer';

const app = express().set('env', 'test');
app.use(bearer.auth((token) => token === 'good' && { token, claims: { scope: 'read' } }));
app.get('/', bearer.requiredScopes('write'), (_request, response) => response.end());
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const seen = {};
for (const token of ['ended', 'good']) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
  const error = /error="(.*?)"/.exec(answer.headers.get('www-authentication'))?.[1];
  seen[token] = [answer.status, { 'www-authenticate': answer.headers.get('www-authenticate'), 'www-authentication': error }];
}
server.close();
console.log(seen);
const instead = { 'www-authenticate': null, 'www-authentication': 'invalid_token' };
assert.deepEqual(seen, { ended: [401, instead], good: [403, instead] });
JS
echo "node $(node --version), express-oauth2-bearer 0.4.1, express 4.21.2"
node program.mjs
