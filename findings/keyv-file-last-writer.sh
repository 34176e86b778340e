#!/usr/bin/env bash
# keyv-file 5.3.5 (a store of keyv 6.1.0 in a file), two programs with the same file.
# Expected: they share it, as they would a store in SQLite: each finds what the other one stored.
# Seen: each reads the file once, at its start, and writes all that it knows of over it. What the other one stored since then is
# gone from the file, although its `set` had been awaited and had returned true.
# Why it matters: a command line that runs in two windows loses the login of the one when the other stores something else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts keyv@6.1.0 keyv-file@5.3.5 > /dev/null
cat > window.mjs <<'JS'
import { Keyv } from 'keyv';
import { KeyvFile } from 'keyv-file';

const keyv = new Keyv({ store: new KeyvFile({ filename: 'logins.json' }) });
await keyv.get('any');
process.on('message', async ([name, ...args]) => process.send((await keyv[name](...args)) ?? 'nothing'));
process.send('ready');
JS
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const windows = [fork('window.mjs'), fork('window.mjs')];
await Promise.all(windows.map((window) => once(window, 'message')));
const ask = async (window, ...request) => {
  window.send(request);
  const [answer] = await once(window, 'message');
  return answer;
};
const [first, second] = windows;
const seen = {
  'first stores ada': await ask(first, 'set', 'ada', 'token of ada'),
  'second finds ada': await ask(second, 'get', 'ada'),
  'second stores bob': await ask(second, 'set', 'bob', 'token of bob'),
};
await new Promise((resolve) => setTimeout(resolve, 1000)); // its writeDelay is 100 ms
seen['ada in the file'] = readFileSync('logins.json', 'utf8').includes('token of ada');
seen['bob in the file'] = readFileSync('logins.json', 'utf8').includes('token of bob');
for (const window of windows) window.disconnect();
console.log(seen);
assert.deepEqual(Object.values(seen), [true, 'nothing', true, false, true]);
JS
echo "node $(node --version), keyv 6.1.0, keyv-file 5.3.5"
node program.mjs
