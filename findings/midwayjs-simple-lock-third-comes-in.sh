#!/usr/bin/env bash
# @midwayjs/simple-lock 1.2.2, an asynchronous lock for one process, with three callers one after another.
# Expected: one at a time is in, as long as no task fails and none takes too long.
# Seen: the third comes in beside the second, if the second had to wait and the third comes once it is in. The end of the first one marks
# the lock as free after it has started the next one, and an empty queue that is marked free is what a newcomer looks for.
# Why it matters: with two callers it holds, and with three that come at once, too: these are the tests that one writes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @midwayjs/simple-lock@1.2.2 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import module from '@midwayjs/simple-lock';

/** How many were in at once, at most, when callers come at these times, in steps of one task's half. */
async function mostAtOnce(...times) {
  const lock = new module.default();
  let inside = 0;
  let most = 0;
  const task = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await after(200);
    inside -= 1;
  };
  await Promise.all(times.map(async (time) => {
    await after(time * 100);
    await lock.acquire('key', task);
  }));
  return most;
}
const seen = {
  'two callers': await mostAtOnce(0, 1),
  'three at once': await mostAtOnce(0, 0, 0),
  'one after another': await mostAtOnce(0, 1, 3),
};
console.log('most at once:', seen);
assert.deepEqual(Object.values(seen), [1, 1, 2]);
JS
echo "node $(node --version), @midwayjs/simple-lock 1.2.2"
node program.mjs
