#!/usr/bin/env bash
# @avanio/expire-cache 0.6.10, with values that stand for "no": null, false, 0 and the empty text, held for 50 ms.
# Expected: each is gone after its end, as other values are.
# Seen: it is held for ever from its end on. What has ended is found, its end is forgotten, and then it is deleted only if it is true.
# Why it matters: that there is no such user, or that a token is not active, is held for a minute so that it can change. Here it does
# not change any more until the process ends, and all that was yes is asked for again as it should be.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @avanio/expire-cache@0.6.10 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpireCache } from '@avanio/expire-cache';

const cache = new ExpireCache();
const values = ['yes', true, 1, null, false, 0, ''];
const end = new Date(Date.now() + 50);
for (const value of values) cache.set(value, value, end);
await sleep(200);
const held = values.filter((value) => cache.has(value));
const ends = held.map((value) => cache.expires(value));
await sleep(1000);
console.log('put in for 50 ms:', values, 'held after 0.2 s:', held, 'with the ends:', ends);
assert.deepEqual(held, [null, false, 0, '']);
assert.ok(ends.every((time) => time === undefined));
assert.ok(held.every((value) => cache.has(value) && cache.get(value) === value));
JS
echo "node $(node --version), @avanio/expire-cache 0.6.10"
node program.mjs
