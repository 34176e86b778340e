#!/usr/bin/env bash
# @scienta/axios-oauth2 1.2.1, with its cache of tokens, and a scope.
# Expected: the scope, as text as in the README or as a list, which the types ask for, is sent as `scope` (RFC 6749 section
# 3.3).
# Seen: with the cache the text fails, "scope.join is not a function". The list is sent as `scope[0]`, `scope[1]`, which no
# server reads. Without the cache the text works.
# Why it matters: the server grants its default scope, and says so only in the `scope` of its answer, which is not looked at.
# What is told is a 403 of the API, later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @scienta/axios-oauth2@1.2.1 axios@0.21.4 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import axiosOAuth2 from '@scienta/axios-oauth2';
import axios from 'axios';

const { clientFactory, interceptorFactory, LockingTokenCache } = axiosOAuth2;
let form;
const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  form = Object.fromEntries([...new URLSearchParams(text)].filter(([name]) => name.startsWith('scope')));
  const tokens = { access_token: 'token', token_type: 'Bearer', expires_in: 1 };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens));
}).listen(0, '127.0.0.1');
await once(server, 'listening');

async function sent(scope, cache) {
  form = undefined;
  const url = `http://127.0.0.1:${server.address().port}/token`;
  const options = { url, grant_type: 'client_credentials', client_id: 'app', client_secret: 'secret', scope };
  const intercept = interceptorFactory(clientFactory(axios.create(), options), cache);
  const told = await intercept({ headers: {} }).then(() => 'taken', (error) => error.message);
  return { told, form };
}
const seen = {
  'text, no cache': await sent('read write'),
  'text, cache': await sent('read write', new LockingTokenCache()).catch((error) => ({ told: error.message, form })),
  'list, cache': await sent(['read', 'write'], new LockingTokenCache()),
};
server.close();
console.log(seen);
assert.deepEqual(Object.values(seen), [
  { told: 'taken', form: { scope: 'read write' } },
  { told: 'authOptions.scope.join is not a function', form: undefined },
  { told: 'taken', form: { 'scope[0]': 'read', 'scope[1]': 'write' } },
]);
JS
echo "node $(node --version), @scienta/axios-oauth2 1.2.1, axios 0.21.4"
node program.mjs
