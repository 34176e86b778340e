#!/usr/bin/env bash
# keyfetch 3.0.2, and a server that publishes an Ed25519 key (RFC 8037) or a P-521 key beside its RSA key.
# Expected: a key of a kind that is not known is left out (RFC 7517 section 5: SHOULD be ignored), and a token that the RSA key
# signed is verified as before.
# Seen: no token is verified any more. Each key is converted before the right one is looked for, and one that cannot be spoils
# all: "options.jwk.kty must be 'EC' for EC keys". A key that has `x` is taken for one on a curve.
# Why it matters: all logins and calls fail from the moment a server adds a key that nothing is signed with yet, which is how a
# rotation begins. The message names no key, and speaks of EC while the token says RS256.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts keyfetch@3.0.2 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import keyfetch from 'keyfetch';

const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: generateKeyPairSync('ed25519'),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};
const jwk = (kid) => ({ ...pairs[kid].publicKey.export({ format: 'jwk' }), kid, use: 'sig' });
let keys;
const server = createServer((request, response) => {
  const isMetadata = request.url === '/.well-known/openid-configuration';
  const body = isMetadata ? { issuer, jwks_uri: `${issuer}/jwks` } : { keys };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: issuer, sub: 'ada', exp: Math.floor(Date.now() / 1000) + 3600 };
const signed = `${part({ alg: 'RS256', kid: 'rsa' })}.${part(claims)}`;
const token = `${signed}.${createSign('SHA256').update(signed).sign(pairs.rsa.privateKey, 'base64url')}`;

const seen = {};
for (const kids of [['rsa'], ['rsa', 'ed25519'], ['rsa', 'p521']]) {
  keys = kids.map(jwk);
  keyfetch._clear();
  const verified = keyfetch.jwt.verify(token, { issuers: [issuer] });
  seen[kids.join(' and ')] = await verified.then(({ claims: { sub } }) => `verified: ${sub}`, (error) => error.message);
}
server.close();
console.log(seen);
const [alone, ...others] = Object.values(seen);
assert.equal(alone, 'verified: ada');
for (const message of others) assert.match(message, /for EC keys/);
JS
echo "node $(node --version), keyfetch 3.0.2"
KEYFETCH_ALLOW_INSECURE_HTTP=1 node program.mjs
