#!/usr/bin/env bash
# unstorage 1.17.6, any driver (here the one in memory): values that are text.
# Expected: setItem of a text, and getItem gives the same text back.
# Seen: a text that looks like a number, true or null comes back as that, and some lose what they said: "1e3" is 1000, "0.10"
# is 0.1. Which one it is depends on the text alone: a number of 17 digits stays a text.
# Why it matters: tokens, codes and passwords are opaque text. One in many consists of digits, and then it is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts unstorage@1.17.6 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createStorage } from 'unstorage';

const storage = createStorage();
const seen = {};
for (const text of ['abc', '1e3', '0.10', 'true', 'null', '12345678901234567']) {
  await storage.setItem('secret', text);
  seen[text] = await storage.getItem('secret');
}
console.log(seen);
assert.deepEqual(seen, {
  abc: 'abc',
  '1e3': 1000,
  '0.10': 0.1,
  true: true,
  null: null,
  '12345678901234567': '12345678901234567',
});
JS
echo "node $(node --version), unstorage 1.17.6"
node program.mjs
