#!/usr/bin/env bash
# @keyv/compress-gzip 2.0.3 with keyv 5.6.0, the newest that it is for.
# Expected: what is stored is smaller, and what could be stored without it can be stored with it.
# Seen: a token takes seven times the room that it takes without, since each byte that comes out is written as a field of an object,
# `"17":156`. An object is not stored: `set` fails with a TypeError of the compressor. jaredwray/keyv#2009 mends the first for a later one.
# Why it matters: it is turned on where room is short, and there it fills the store; a test of it reads back what it wrote.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @keyv/compress-gzip@2.0.3 keyv@5.6.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import KeyvGzip from '@keyv/compress-gzip';
import Keyv from 'keyv';

const token = Array.from({ length: 40 }, (_, part) => createHash('sha256').update(`${part}`).digest('base64url')).join('.');
const values = { token, object: { access_token: 'value' } };

async function sizes(options) {
  const store = new Map();
  const keyv = new Keyv({ store, ...options });
  const seen = {};
  for (const [key, value] of Object.entries(values)) {
    try {
      await keyv.set(key, value);
      seen[key] = store.get(`keyv:${key}`).length;
      assert.deepEqual(await keyv.get(key), value);
    } catch (error) {
      seen[key] = error.name;
    }
  }
  return seen;
}
const plain = await sizes({});
const compressed = await sizes({ compression: new KeyvGzip() });
console.log('characters stored:', { plain, compressed });
assert.ok(compressed.token > 5 * plain.token);
assert.deepEqual([typeof plain.object, compressed.object], ['number', 'TypeError']);
JS
echo "node $(node --version), @keyv/compress-gzip 2.0.3, keyv 5.6.0"
node program.mjs
