#!/usr/bin/env bash
# jwks-fetch 2.0.1, with its cache, and `ttl: 60`, which is the default and, so its README, in seconds.
# Expected: a key is asked for once a minute.
# Seen: the key is dropped after 60 milliseconds. What looks at it counts in seconds, what removes it in milliseconds.
# Why it matters: an API that verifies tokens asks the authorization server for its keys up to 16 times a second, with the cache
# switched on, and fails whenever that server does. Only a `ttl` of 60,000, which are 16 hours, lasts for a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts jwks-fetch@2.0.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { JWKSClient } from 'jwks-fetch';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }];
let asked = 0;
const server = createServer((_request, response) => {
  asked++;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new JWKSClient({ cache: true, ttl: 60 });
const retrieve = () => client.retrieve(`http://127.0.0.1:${server.address().port}/jwks`, 'one');
const seen = {};
await retrieve();
await retrieve();
seen['twice at once'] = asked;
for (let round = 0; round < 5; round++) {
  await after(200);
  await retrieve();
}
seen['five times more in the next second'] = asked;
server.close();
await client.agent.close();
console.log('asked for keys:', seen);
assert.deepEqual(Object.values(seen), [1, 6]);
JS
echo "node $(node --version), jwks-fetch 2.0.1"
node program.mjs
