#!/usr/bin/env bash
# @keyv/memcache 2.0.2 and keyv 5.6.0, with memcached 1.6 (Debian), and a time to live of more than 30 days.
# Expected: what is stored for 31 days is there for 31 days, as with each other store of Keyv, whose unit is the millisecond.
# Seen: it is gone at once, and `set` has answered true. 30 days are kept. The adapter gives memcached the seconds, and memcached
# takes more than 30 days of them for a time since 1970, which is over.
# Why it matters: "remember me" for 60 or 90 days remembers nothing, while the shorter times of development and tests work.
set -euo pipefail
command -v memcached > /dev/null || { apt-get update -qq > /dev/null && apt-get install -y -qq memcached > /dev/null 2>&1; }
folder=$(mktemp -d)
memcached -u nobody -l 127.0.0.1 -p 22122 &
memcached=$!
trap 'kill $memcached; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @keyv/memcache@2.0.2 keyv@5.6.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import KeyvMemcache from '@keyv/memcache';
import { Keyv } from 'keyv';

const day = 86_400_000;
const seen = {};
for (const [name, store] of Object.entries({ memory: undefined, memcache: new KeyvMemcache('127.0.0.1:22122') })) {
  const keyv = new Keyv(store && { store });
  for (const days of [1, 30, 31, 90]) {
    const stored = await keyv.set(`${days} days`, 'token', days * day);
    seen[`${name}, ${days} days`] = [stored, await keyv.get(`${days} days`)];
  }
}
console.log(seen);
const [kept, gone] = [[true, 'token'], [true, undefined]];
assert.deepEqual(Object.values(seen), [kept, kept, kept, kept, kept, kept, gone, gone]);
process.exit();
JS
echo "node $(node --version), @keyv/memcache 2.0.2, keyv 5.6.0, $(memcached -V)"
node program.mjs
