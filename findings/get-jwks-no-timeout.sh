#!/usr/bin/env bash
# get-jwks 11.0.3, and a server that takes 7 seconds to answer with its keys.
# Expected: the request is given up after 5 seconds, the default of `timeout` in its README, or sooner with `timeout: 500`.
# Seen: the answer is awaited, and taken, in both cases, and with `timeout` in `fetchOptions` as well. The option is read
# nowhere; its default is handed on to the fetch of Node, which has none of that name.
# Why it matters: each request that brings a token waits for as long as the authorization server takes, up to the 5 minutes of
# Node. A signal of AbortSignal.timeout in `fetchOptions` is no way out: it runs once, from when it is made.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts get-jwks@11.0.3 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import buildGetJwks from 'get-jwks';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const body = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }] });
const server = createServer((_request, response) => {
  setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 7000);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const asked = { domain: `http://127.0.0.1:${server.address().port}`, alg: 'RS256', kid: 'one' };

async function look(options) {
  const start = performance.now();
  const told = await buildGetJwks(options).getJwk(asked).then(({ kid }) => `key ${kid}`, (error) => error.message);
  return { told, seconds: Math.floor((performance.now() - start) / 1000) };
}
const options = { 'the default': {}, '500 ms': { timeout: 500 }, '500 ms for fetch': { fetchOptions: { timeout: 500 } } };
const answers = await Promise.all(Object.values(options).map(look));
const seen = Object.fromEntries(Object.keys(options).map((name, index) => [name, answers[index]]));
server.close();
server.closeAllConnections();
console.log(seen);
for (const { told, seconds } of answers) {
  assert.equal(told, 'key one');
  assert.ok(seconds >= 6);
}
JS
echo "node $(node --version), get-jwks 11.0.3"
node program.mjs
