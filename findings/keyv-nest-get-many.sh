#!/usr/bin/env bash
# keyv-nest 0.0.7 with keyv 6.1.0: a store of several layers, here one in memory before another one that has all entries.
# Expected: `getMany(keys)` gives one value for each key, in the order of the keys, whichever layer has it.
# Seen: what the first layer lacks is `undefined` at its place, and stands behind the last one: three keys have five values. The same call
# once more gives what is right, since all of them are in the first layer by then.
# Why it matters: a program that has just been started takes what is stored for what is not there, and does it anew, or asks for a login;
# who looks into it finds it in order.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts --legacy-peer-deps keyv-nest@0.0.7 keyv@6.1.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import Keyv from 'keyv';
import KeyvNest from 'keyv-nest';

const keys = ['a', 'b', 'c'];
const stored = new Keyv();
for (const key of keys) await stored.set(key, `of ${key}`);
const nest = KeyvNest(new Keyv(), stored);
const seen = { 'get b': await nest.get('b'), first: await nest.getMany(keys), 'once more': await nest.getMany(keys) };
console.log('getMany of three keys that are stored:', seen);
assert.deepEqual(await stored.getMany(keys), seen['once more']);
assert.deepEqual(seen, {
  'get b': 'of b',
  first: [undefined, 'of b', undefined, 'of a', 'of c'],
  'once more': ['of a', 'of b', 'of c'],
});
JS
echo "node $(node --version), keyv-nest 0.0.7, keyv 6.1.0"
node program.mjs
