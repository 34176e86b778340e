#!/usr/bin/env bash
# keyv 5.6.0 and 6.1.0: a time to live that is over already, as `end - Date.now()` gives for an end that has just passed.
# Expected: the entry is gone at once, as with version 5, and as a time to live of 1 ms is soon.
# Seen: version 6 keeps the entry for ever: a negative number counts as none at all.
# Why it matters: it is the entry that was nearest to its end that never ends. A token or a session which is stored a moment
# too late is given out without limit.
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

const seen = {};
for (const [name, Keyv] of Object.entries({ '5.6.0': Keyv5, '6.1.0': Keyv6 })) {
  const keyv = new Keyv();
  await keyv.set('past', 'token', -1000);
  await keyv.set('soon', 'token', 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  seen[name] = { past: await keyv.get('past'), soon: await keyv.get('soon') };
}
console.log(seen);
assert.deepEqual(seen['5.6.0'], { past: undefined, soon: undefined });
assert.deepEqual(seen['6.1.0'], { past: 'token', soon: undefined });
JS
echo "node $(node --version), keyv 5.6.0 and 6.1.0"
node program.mjs
