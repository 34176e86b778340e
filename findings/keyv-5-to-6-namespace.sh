#!/usr/bin/env bash
# keyv 5.6.0 and 6.1.0, one after the other over the same Map, with the same namespace.
# Expected: what version 5 stored, version 6 reads; a store and its namespace are the application's own choice.
# Seen: version 5 stores under "tokens:ada", version 6 under "tokens::ada", in another form. Each finds nothing of the other's,
# without an error.
# Why it matters: after an update all logins seem to be gone; while old and new processes run side by side, each has its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts keyv5@npm:keyv@5.6.0 keyv6@npm:keyv@6.1.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { Keyv as Keyv5 } from 'keyv5';
import { Keyv as Keyv6 } from 'keyv6';

const store = new Map();
const before = new Keyv5({ store, namespace: 'tokens' });
const after = new Keyv6({ store, namespace: 'tokens' });
await before.set('ada', 'of version 5');
const found = await after.get('ada');
await after.set('ada', 'of version 6');
console.log('version 6 finds:', found);
console.log('version 5 finds:', await before.get('ada'));
console.log('keys in the Map:', [...store.keys()]);
assert.equal(found, undefined);
assert.equal(await before.get('ada'), 'of version 5');
assert.deepEqual([...store.keys()], ['tokens:ada', 'tokens::ada']);
JS
echo "node $(node --version), keyv 5.6.0 and 6.1.0"
node program.mjs
