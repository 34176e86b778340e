#!/usr/bin/env bash
# bearer-token-parser 2.0.0, which reads `Authorization: Bearer …` for Express, with tokens that end in `=`.
# Expected: the token is given as it was sent. RFC 6750 section 2.1 lets it end in any number of `=`, as base64 does.
# Seen: the `=` at the end are checked, and then left out: the token that is given is another one than the one that was sent.
# Why it matters: a token that is random bytes in base64 is looked up in vain, two times of three or not at all, by how many bytes it has;
# hexadecimal tokens and JWTs, which the tests have, work.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts bearer-token-parser@2.0.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { BearerParser } from 'bearer-token-parser';

const seen = {};
for (const bytes of [30, 31, 32]) {
  const token = Buffer.alloc(bytes, 'x').toString('base64');
  seen[token] = BearerParser.parseBearerToken({ headers: { authorization: `Bearer ${token}` } });
}
console.log('sent and read:', seen);
const lost = Object.entries(seen).map(([sent, read]) => sent.slice(read.length));
assert.deepEqual(lost, ['', '==', '=']);
assert.ok(Object.entries(seen).every(([sent, read]) => sent.startsWith(read)));
JS
echo "node $(node --version), bearer-token-parser 2.0.0"
node program.mjs
