#!/usr/bin/env bash
# mutex-ts 1.0.3, whose `MutexRW` lets in many readers, or one writer.
# Expected: who asks to read while a writer is in waits until it is out.
# Seen: where two writers asked in the same turn, a reader comes in beside the second one: what marks the first one as out runs after the
# second one was let in, and takes its mark away. With a turn between the two writers the reader waits.
# Why it matters: two renewals that begin at once are what such a lock is for, and a reader gets the token that is being replaced.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts mutex-ts@1.0.3 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { MutexRW } from 'mutex-ts';

const seen = async (pause) => {
  const lock = new MutexRW();
  const lines = [];
  let writers = 0;
  const write = async () => {
    const release = await lock.obtainRW();
    writers += 1;
    await sleep(50);
    writers -= 1;
    release();
  };
  const read = async () => {
    const release = await lock.obtainRO();
    lines.push(writers);
    release();
  };
  const all = [write()];
  if (pause) await sleep(5);
  all.push(write());
  await sleep(20);
  all.push(read());
  await Promise.all(all);
  return lines[0];
};
const together = await seen(false);
const apart = await seen(true);
console.log(`writers that are in when the reader is: ${together} where they asked in one turn, ${apart} where they did not`);
assert.deepEqual([together, apart], [1, 0]);
JS
echo "node $(node --version), mutex-ts@1.0.3"
node program.mjs
