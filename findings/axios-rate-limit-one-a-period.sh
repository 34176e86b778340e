#!/usr/bin/env bash
# @hokify/axios-rate-limit 2.0.5 with axios 1.7.9, `{ maxRequests: 10, perMilliseconds: 500 }`, and 20 requests at once.
# Expected: ten go at once, and ten more half a second later.
# Seen: ten go at once, and then one each half second: the 20th waits for five seconds. Each one that is over the limit waits a period
# longer than the one before it, however many a period allows.
# Why it matters: with 100 a minute, as APIs have it, the 101st request waits for a minute, and the 120th for twenty, while nothing goes
# out; a token that was put into its header has ended by then.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @hokify/axios-rate-limit@2.0.5 axios@1.7.9 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import limits from '@hokify/axios-rate-limit';
import axios from 'axios';

const server = createServer((request, response) => response.end()).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const client = (limits.default ?? limits)(axios.create(), { maxRequests: 10, perMilliseconds: 500 });
const start = performance.now();
const get = async () => {
  await client.get(`http://127.0.0.1:${server.address().port}/`);
  return Math.floor((performance.now() - start) / 500) / 2;
};
const times = await Promise.all(Array.from({ length: 20 }, get));
server.close();
console.log('answered in the half second that begins after, in s:', times.join(' '));
assert.ok(times.slice(0, 10).every((time) => time < 0.5));
assert.ok(times[19] >= 5 && times.slice(10).every((time, index) => time >= (index + 1) / 2));
JS
echo "node $(node --version), @hokify/axios-rate-limit 2.0.5, axios 1.7.9"
node program.mjs
