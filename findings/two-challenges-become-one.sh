#!/usr/bin/env bash
# http-auth-utils 6.0.1 and auth-header 1.0.0, parsers of WWW-Authenticate, on a 401 that offers two ways to log in.
# Expected: `Basic realm="a", Bearer realm="b", error="invalid_token"` is two challenges (RFC 9110 section 11.6.1), which is
# also what fetch makes of two such header lines.
# Seen: both give one challenge of Basic, without an error, with what was said of Bearer: http-auth-utils has realm "b",
# auth-header the realms "a" and "b", and "Bearer" as a token.
# Why it matters: who asks whether the token was refused (Bearer) or a password is wanted (Basic) gets the wrong answer, and
# shows it for the wrong realm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts http-auth-utils@6.0.1 auth-header@1.0.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { parse } from 'auth-header';
import { parseWWWAuthenticateHeader } from 'http-auth-utils';

const server = createServer((request, response) => {
  response.writeHead(401, { 'www-authenticate': ['Basic realm="a"', 'Bearer realm="b"'] }).end();
}).listen(0, '127.0.0.1', async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
  server.close();
  const header = response.headers.get('www-authenticate');
  console.log('header:', header);
  const one = parseWWWAuthenticateHeader(header);
  const other = parse(header);
  console.log('http-auth-utils:', JSON.stringify(one));
  console.log('auth-header:', JSON.stringify(other));
  assert.deepEqual({ ...one, data: { ...one.data } }, { type: 'Basic', data: { realm: 'b' } });
  assert.equal(other.scheme, 'Basic');
  assert.equal([other.params.realm].flat().at(-1), 'b');
});
JS
echo "node $(node --version), http-auth-utils 6.0.1, auth-header 1.0.0"
node program.mjs
