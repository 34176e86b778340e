#!/usr/bin/env bash
# njwt 2.0.1, claims of one's own with an `exp`, as the assertion of a client has it (RFC 7523 section 3).
# Expected: the default of an hour is for claims without an end. A `jti` and an `iat` of one's own are kept likewise.
# Seen: `exp` alone is replaced: with 60 s asked for and with two hours, the token lives for one hour. `jti`, `iat` and `nbf` are
# as they were given.
# Why it matters: servers that take assertions of five minutes at most refuse it, and say that the assertion is wrong, not its
# end; a link or a login that was to be good for a minute is good for an hour.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts njwt@2.0.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import njwt from 'njwt';

const now = Math.floor(Date.now() / 1000);
const seen = {};
for (const seconds of [60, 7200]) {
  const claims = { iss: 'app', sub: 'app', aud: 'https://as.example/token', jti: 'one', iat: now - 5, nbf: now - 5, exp: now + seconds };
  const [, payload] = njwt.create(claims, 'k'.repeat(32)).compact().split('.');
  const { jti, iat, nbf, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  seen[`asked for ${seconds} s`] = { jti, iat: iat - now, nbf: nbf - now, exp: Math.round((exp - now) / 60) * 60 };
}
console.log(seen);
const hour = { jti: 'one', iat: -5, nbf: -5, exp: 3600 };
assert.deepEqual(Object.values(seen), [hour, hour]);
JS
echo "node $(node --version), njwt 2.0.1"
node program.mjs
