#!/usr/bin/env bash
# async-lock 1.5.0, with its option maxExecutionTime, and one task that takes longer than that.
# Expected: the late task is told so, and the next one runs beside it until it ends. From then on one task runs at a time, as the
# lock promises, since no other task is late.
# Seen: when the late task ends after all, the lock is given to one more task while the next one still runs. From then on two run
# at a time, for as long as somebody waits, and also when the next one came alone and the third later.
# Why it matters: the lock that guards a renewal or a write is gone from the first slow answer on, for each later one too, and
# nothing says so: the only error is that of the late task.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts async-lock@1.5.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import AsyncLock from 'async-lock';

/** Runs tasks one after the other, of which the first takes so long; how many of the others were inside at once, at most. */
async function mostAtOnce(firstTakes) {
  const lock = new AsyncLock({ maxExecutionTime: 1000 });
  let inside = 0;
  let most = 0;
  const late = lock.acquire('key', () => after(firstTakes)).then(() => 'in time', (error) => error.message);
  const others = [1, 2, 3, 4].map(() =>
    lock.acquire('key', async () => {
      most = Math.max(most, ++inside);
      await after(700);
      inside--;
    }),
  );
  await Promise.all(others);
  return { first: await late, othersAtOnce: most };
}

const seen = { 'takes 0.5 s': await mostAtOnce(500), 'takes 1.3 s': await mostAtOnce(1300) };
console.log(seen);
assert.deepEqual(Object.values(seen), [
  { first: 'in time', othersAtOnce: 1 },
  { first: 'Maximum execution time is exceeded key', othersAtOnce: 2 },
]);
JS
echo "node $(node --version), async-lock 1.5.0"
node program.mjs
