#!/usr/bin/env bash
# level-ttl 3.1.1 over level-mem 5.0.1, with a key that is put with an end, and then put again with none.
# Expected: "If you put the same entry twice, you refresh the TTL to the last put operation", says its README: the second value is kept.
# Seen: it is deleted at the end of the first one. A put with no `ttl` leaves the old end in place; one after `del` is kept, and so is
# one with a longer `ttl`.
# Why it matters: a code that is good for minutes is replaced by what is to be kept, under the same key. The new value is there, is read
# and read again, and is gone when the code would have ended.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts level-ttl@3.1.1 level-mem@5.0.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import mem from 'level-mem';
import ttl from 'level-ttl';

const db = ttl(mem(), { checkFrequency: 50 });
const put = promisify(db.put);
const del = promisify(db.del);
const names = ['no ttl', 'del, then no ttl', 'a longer ttl'];
for (const name of names) await put(name, 'code', { ttl: 1000 });
await put(names[0], 'kept');
await del(names[1]);
await put(names[1], 'kept');
await put(names[2], 'kept', { ttl: 60_000 });
const read = () => Promise.all(names.map((name) => db.get(name).catch((error) => error.type ?? error.name)));
const before = await read();
await sleep(2000);
const after = await read();
names.forEach((name, index) => console.log(`put again with ${name}: ${before[index]}, and after the first end: ${after[index]}`));
assert.deepEqual(before, ['kept', 'kept', 'kept']);
assert.deepEqual(after, ['NotFoundError', 'kept', 'kept']);
await promisify(db.close)();
JS
echo "node $(node --version), level-ttl 3.1.1, level-mem 5.0.1"
node program.mjs
