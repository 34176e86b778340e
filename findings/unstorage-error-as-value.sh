#!/usr/bin/env bash
# unstorage 1.17.6 with its driver for files, a key that lies below another one ("ada" and "ada:phone").
# Expected: getItem of what cannot be read is null, as of what is not there, or it rejects, as setItem does here.
# Seen: it resolves to the Error of the file system (ENOTDIR) as though that were the value. hasItem says false of the same key.
# Why it matters: `if (await storage.getItem(key))` takes it for a session or a token, and no catch ever sees the error. The same
# happens with each error of reading but ENOENT and EISDIR, such as a file that may not be read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts unstorage@1.17.6 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createStorage } from 'unstorage';
import files from 'unstorage/drivers/fs';

const storage = createStorage({ driver: files({ base: './store' }) });
await storage.setItem('ada', 'token of ada');
const kept = await storage.setItem('ada:phone', 'token of her phone').then(
  () => 'stored',
  (error) => `rejected, ${error.code}`,
);
const seen = { setItem: kept, hasItem: await storage.hasItem('ada:phone'), getItem: await storage.getItem('ada:phone') };
console.log(seen);
console.log('a key that was never stored:', await storage.getItem('bob'));
assert.equal(seen.setItem, 'rejected, ENOTDIR');
assert.equal(seen.hasItem, false);
assert.ok(seen.getItem instanceof Error);
assert.equal(await storage.getItem('bob'), null);
JS
echo "node $(node --version), unstorage 1.17.6"
node program.mjs
