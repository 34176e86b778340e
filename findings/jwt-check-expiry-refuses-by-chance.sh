#!/usr/bin/env bash
# jwt-check-expiry 1.0.10, which says of a JWT whether it has ended, in Node.
# Expected: false for each token that ends in the year 2096, whatever else it says.
# Seen: it fails with "Invalid JWT token" where the text of the token has a `-` or a `_`: it is read as base64, which has `+` and `/` in their
# place (RFC 7515 section 2 takes base64url). Whether one comes depends on the letters before it: of three people with the same picture,
# `...?size=64`, one is told that her token is not one; letters beyond ASCII bring one about now and then.
# Why it matters: most people can log in, and some never; a test with one token shows nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts jwt-check-expiry@1.0.10 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import check from 'jwt-check-expiry';

const isEnded = check.default ?? check;
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seen = (name) => {
  const claims = part({ exp: 4_000_000_000, name, picture: 'https://cdn.example.com/me?size=64' });
  try {
    return [isEnded(`${part({ alg: 'HS256' })}.${claims}.sig`), /[-_]/.test(claims)];
  } catch (error) {
    return [error.message, /[-_]/.test(claims)];
  }
};
const lines = ['Jo', 'Ada', 'Mary'].map((name) => [name, ...seen(name)]);
for (const [name, ended, special] of lines) console.log(`${name}: ${ended}; its text has - or _: ${special}`);
assert.deepEqual(lines.map(([, ended]) => String(ended)).sort(), ['Invalid JWT token', 'false', 'false']);
assert.ok(lines.every(([, ended, special]) => special === (ended === 'Invalid JWT token')));
JS
echo "node $(node --version), jwt-check-expiry@1.0.10"
node program.mjs
