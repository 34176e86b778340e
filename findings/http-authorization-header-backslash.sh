#!/usr/bin/env bash
# @mitmaro/http-authorization-header 1.0.0, which makes and reads headers of the form of RFC 7235, with a user name of Windows: CORP\ada.
# Expected: what `create` makes of a value, `parse` reads as the same value, as it does for one with a quotation mark.
# Seen: the backslash is lost. `create` puts one before each quotation mark and none before a backslash, so that each reader takes
# the one of the user name for a sign that the next character is meant as it is.
# Why it matters: the server looks for a user CORPada, and Digest has the user name in what is hashed: the password is wrong, it says.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @mitmaro/http-authorization-header@1.0.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import header from '@mitmaro/http-authorization-header';

const seen = {};
for (const username of ['ada', 'ada "the first"', 'CORP\\ada']) {
  const made = header.create('Digest', [['username', username], ['realm', 'here']]);
  seen[username] = { made, read: header.parse(made).values[0][1] };
}
for (const [username, { made, read }] of Object.entries(seen)) console.log(`${username} → ${made} → ${read}`);
assert.deepEqual(Object.values(seen).map(({ read }) => read), ['ada', 'ada "the first"', 'CORPada']);
JS
echo "node $(node --version), @mitmaro/http-authorization-header 1.0.0"
node program.mjs
