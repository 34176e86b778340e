#!/usr/bin/env bash
# @camunda8/sdk 8.8.13, a program that is run against one installation of Camunda and then, with another address and secret,
# against another one. Both have a client of the same name, as installations of one team have.
# Expected: a token is kept for the server that it is from.
# Seen: the file in `~/.camunda` is named by client and by kind of audience alone. The second run is given the token of the
# first server, and its own server is not asked.
# Why it matters: after a look at staging, production refuses a valid client for as long as the token of staging lives, with a
# 401 that no setting explains. A wrong address or secret shows only when that token has ended.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @camunda8/sdk@8.8.13 > /dev/null
cat > client.cjs <<'JS'
const { Auth } = require('@camunda8/sdk');

async function main() {
  const { authorization } = await new Auth.OAuthProvider().getHeaders('ZEEBE');
  console.log(authorization);
  setTimeout(() => process.exit(), 1000);
}
main();
JS
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const asked = { staging: 0, production: 0 };
const given = {};
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
for (const name of Object.keys(asked)) {
  const server = createServer((_request, response) => {
    asked[name]++;
    const claims = { iss: name, exp: Math.floor(Date.now() / 1000) + 3600 };
    const tokens = { access_token: `${part({ alg: 'RS256' })}.${part(claims)}.signature`, token_type: 'Bearer', expires_in: 3600 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = {
    PATH: process.env.PATH,
    HOME: process.cwd(),
    CAMUNDA_LOG_LEVEL: 'error',
    CAMUNDA_OAUTH_URL: `http://127.0.0.1:${server.address().port}/token`,
    ZEEBE_CLIENT_ID: 'zeebe',
    ZEEBE_CLIENT_SECRET: `secret of ${name}`,
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['client.cjs'], { env });
  given[name] = JSON.parse(Buffer.from(stdout.split('.')[1], 'base64url')).iss;
  server.close();
}
console.log('the token that each run was given is from:', given, 'times asked:', asked);
assert.deepEqual(given, { staging: 'staging', production: 'staging' });
assert.deepEqual(asked, { staging: 1, production: 0 });
JS
echo "node $(node --version), @camunda8/sdk 8.8.13"
node program.mjs
