#!/usr/bin/env bash
# simple-redis-mutex 3.0.0 with redis 5.8.2 and Redis 7.0 (Debian 12), in a program that locks in two Redis servers.
# Expected: whoever waits for a lock has it as soon as it is released, which the holder makes known in its Redis.
# Seen: that is so in the server that was locked in first. In the other one each wait goes on until the next poll, which is 10
# seconds away by default. The module listens in one server for all, the one of its first call.
# Why it matters: a lock that is held for milliseconds takes 10 seconds, in one of two servers, and which one it is depends on
# what the program did first.
set -euo pipefail
command -v redis-server > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq redis-server > /dev/null 2>&1; }
folder=$(mktemp -d)
servers=()
trap 'for server in "${servers[@]}"; do kill $server; done; rm -rf "$folder"' EXIT
cd "$folder"
for name in first second; do
  redis-server --port 0 --unixsocket "$folder/$name.sock" --save '' --dir "$folder" > $name.log &
  servers+=($!)
  until [ -S $name.sock ]; do sleep 0.1; done
done
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts simple-redis-mutex@3.0.0 redis@5.8.2 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import { createClient } from 'redis';
import { lock } from 'simple-redis-mutex';

/** How long the second one waits for a lock that the first one holds for 200 ms, in seconds. */
async function wait(client) {
  const release = await lock(client, 'renewal', { pollingInterval: 5000 });
  const start = performance.now();
  const waiting = lock(client, 'renewal', { pollingInterval: 5000 });
  await after(200);
  await release();
  await (await waiting)();
  return (performance.now() - start) / 1000;
}
const seen = {};
for (const name of ['first', 'second']) {
  const client = await createClient({ socket: { path: `${name}.sock` } }).connect();
  seen[name] = await wait(client);
}
console.log('seconds until a lock is had that was held for 0.2:', seen);
assert.ok(seen.first < 2);
assert.ok(seen.second > 4);
process.exit();
JS
echo "node $(node --version), simple-redis-mutex 3.0.0, redis 5.8.2, $(redis-server --version | grep -o 'v=[0-9.]*')"
node program.mjs
