#!/usr/bin/env bash
# unstorage 1.17.6, any driver (here the one in memory): keys that are URLs.
# Expected: two keys are two entries.
# Seen: all from the first question mark on is cut off a key, in silence, so that the second entry takes the place of the first.
# Why it matters: what is stored by URL, such as the tokens of an issuer per tenant ("?tenant=1"), is given to another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts unstorage@1.17.6 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createStorage } from 'unstorage';

const storage = createStorage();
await storage.setItem('https://login.example/?tenant=1', 'token of tenant 1');
await storage.setItem('https://login.example/?tenant=2', 'token of tenant 2');
const found = await storage.getItem('https://login.example/?tenant=1');
console.log('tenant 1 gets:', found, 'keys:', await storage.getKeys());
assert.equal(found, 'token of tenant 2');
assert.equal((await storage.getKeys()).length, 1);
JS
echo "node $(node --version), unstorage 1.17.6"
node program.mjs
