#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2, requireBearerAuth, with a verifier whose answer has no `expiresAt`.
# Expected: the field is optional in the type AuthInfo, as `expires_in` is in an answer (RFC 6749 section 5.1) and `exp` in an
# introspection (RFC 7662 section 2.2): a token that the verifier takes is taken.
# Seen: each such token is refused, 401 invalid_token "Token has no expiration time"; the same answer with an end is taken.
# Why it matters: tokens without an end are what GitHub and Slack give. The client is told that its token is invalid, asks for
# another one, or a person to log in, and is told so again; the compiler has nothing to say.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2 express@5.1.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import express from 'express';

const types = await readFile('node_modules/@modelcontextprotocol/sdk/dist/esm/server/auth/types.d.ts', 'utf8');
const field = types.split('\n').find((line) => line.includes('expiresAt'));
console.log('the type AuthInfo:', field.trim());

const verifier = {
  async verifyAccessToken(token) {
    const info = { token, clientId: 'app', scopes: ['read'] };
    return token === 'with-end' ? { ...info, expiresAt: Math.floor(Date.now() / 1000) + 3600 } : info;
  },
};
const app = express();
app.get('/', requireBearerAuth({ verifier }), (_request, response) => void response.send('taken'));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const seen = {};
for (const token of ['with-end', 'without-end']) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
  seen[token] = [response.status, await response.text()];
}
server.close();
console.log(seen);
assert.match(field, /expiresAt\?: number/);
assert.deepEqual(seen['with-end'], [200, 'taken']);
assert.equal(seen['without-end'][0], 401);
assert.match(seen['without-end'][1], /"invalid_token".*Token has no expiration time/);
JS
echo "node $(node --version), @modelcontextprotocol/sdk 1.32.2, express 5.1.0"
node program.mjs
