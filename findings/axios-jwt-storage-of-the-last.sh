#!/usr/bin/env bash
# axios-jwt 4.0.3 with axios 1.7.9: two instances of axios, for two APIs, each with `applyAuthTokenInterceptor` and a `getStorage` of its own.
# Expected: the requests of each instance have the token of its own storage.
# Seen: both have the token of the storage that was given last: it is held once for the process, and so is `tokenExpireFudge`. The same
# instance sent the right token until the other one was made.
# Why it matters: the token of one API goes to the other, which refuses it and has seen it; where the last storage is empty, the first API
# is asked without any token.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts axios-jwt@4.0.3 axios@1.7.9 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import axios from 'axios';
import { applyAuthTokenInterceptor } from 'axios-jwt';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (name) => [part({ alg: 'none' }), part({ name, exp: 4_000_000_000 }), ''].join('.');
const nameIn = (header) => header && JSON.parse(Buffer.from(header.split('.')[1], 'base64url')).name;
const client = (name) => {
  const instance = axios.create({
    adapter: async (config) => ({ data: nameIn(config.headers.Authorization), status: 200, headers: {}, config }),
  });
  const tokens = name && JSON.stringify({ accessToken: token(name), refreshToken: 'refresh' });
  const storage = { get: async () => tokens, set: async () => {}, remove: async () => {} };
  applyAuthTokenInterceptor(instance, { getStorage: () => storage, requestRefresh: async () => token(name) });
  return instance;
};
const mail = client('mail');
const alone = (await mail.get('https://mail.example.com/')).data;
const files = client('files');
const beside = (await mail.get('https://mail.example.com/')).data;
const other = (await files.get('https://files.example.com/')).data;
client(null);
const none = (await mail.get('https://mail.example.com/')).data;
console.log(`mail, alone: token of ${alone}; mail, once files was made: token of ${beside}; files: token of ${other}`);
console.log(`mail, once one with an empty storage was made: token of ${none}`);
assert.deepEqual([alone, beside, other, none], ['mail', 'files', 'files', undefined]);
JS
echo "node $(node --version), axios-jwt@4.0.3, axios@1.7.9"
node program.mjs
