#!/usr/bin/env bash
# @apimatic/oauth-adapters 0.4.18, which holds the tokens in the SDKs that APIMatic generates, and a token that could not be had
# once.
# Expected: the call that asked for it fails, and the next one asks again, since the server is back.
# Seen: the failure is kept in the place of the token. Each later call fails with it, at once, and the server is never asked
# again. With a token in hand it is the same from the first renewal on that fails.
# Why it matters: a blip of a second ends all calls of a client until the process starts anew, with an error that sounds as
# though the server were still down.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @apimatic/oauth-adapters@0.4.18 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import adapters from '@apimatic/oauth-adapters';

let asked = 0;
let status = 503;
const server = createServer((_request, response) => {
  asked++;
  const body = { access_token: `token-${asked}`, token_type: 'Bearer', expires_in: 3600 };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? body : {}));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

async function token() {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/token`, { method: 'POST' });
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
  const { access_token: accessToken, expires_in: seconds } = await response.json();
  return { accessToken, tokenType: 'Bearer', expiry: BigInt(Math.floor(Date.now() / 1000) + seconds) };
}
const ended = { accessToken: 'ended', tokenType: 'Bearer', expiry: BigInt(Math.floor(Date.now() / 1000) - 60) };

const seen = {};
for (const [name, first] of Object.entries({ 'without a token': undefined, 'with one that has ended': ended })) {
  const intercept = adapters.requestAuthenticationProvider(first, token)(true);
  const call = () =>
    intercept({ headers: {} }, undefined, async (request) => request.headers.authorization).catch((error) => error.message);
  asked = 0;
  status = 503;
  const down = await call();
  status = 200;
  seen[name] = { down, up: [await call(), await call()], asked };
}
server.close();
console.log(JSON.stringify(seen, null, 2));
const failure = 'the token endpoint answered 503';
for (const what of Object.values(seen)) assert.deepEqual(what, { down: failure, up: [failure, failure], asked: 1 });
JS
echo "node $(node --version), @apimatic/oauth-adapters 0.4.18"
node program.mjs
