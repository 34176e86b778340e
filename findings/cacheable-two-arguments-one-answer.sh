#!/usr/bin/env bash
# cacheable 2.5.0, `wrap`, which remembers what a function answered for its arguments.
# Expected: two different arguments are two entries.
# Seen: the entry's name holds not the arguments, but their DJB2 hash of 32 bits, which is the same for ".../az" and ".../bY": the
# function is called for the first, and the second is given its answer. Of 100,000 ids of 12 letters and digits some already meet.
# Why it matters: what is remembered by account, tenant or issuer (a profile, keys, the addresses of a server) is now and then that
# of another one; no error, and no test finds it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts cacheable@2.5.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Cacheable } from 'cacheable';

const cache = new Cacheable();
const calls = [];
const metadata = cache.wrap(
  async function metadataOf(issuer) {
    calls.push(issuer);
    return { issuer };
  },
  { ttl: '1h' },
);
const asked = ['https://login.example/az', 'https://login.example/bY'];
for (const issuer of asked) console.log(issuer, '->', await metadata(issuer));
console.log('the function was called for:', calls);

// Ids as they come, the same in each run.
const id = (n) => createHash('sha256').update(`id ${n}`).digest('base64').replace(/\W/g, '').slice(0, 12);
const profile = cache.wrap(async function profileOf(id) { return id; }, { ttl: '1h' });
const others = [];
for (let n = 0; n < 100_000; n++) {
  const answer = await profile(id(n));
  if (answer !== id(n)) others.push([id(n), answer]);
}
console.log('of 100,000 ids, given the answer of another:', others);
assert.equal((await metadata(asked[1])).issuer, asked[0]);
assert.deepEqual(calls, [asked[0]]);
assert.ok(others.length > 0);
JS
echo "node $(node --version), cacheable 2.5.0"
node program.mjs
