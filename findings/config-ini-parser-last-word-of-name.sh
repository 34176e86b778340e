#!/usr/bin/env bash
# config-ini-parser 1.6.1, "similar to python ConfigParser", with names that have a space in them.
# Expected: `access token` and `refresh token` are two entries, as they are to ConfigParser.
# Seen: both are named `token`, the last word; `get` finds the first one under it, the other is not to be had, and what is written
# from it has two lines `token=`. Nothing is said. The line is searched for a word before `=`, and what stands before that is skipped.
# Why it matters: one of two secrets is read as the other. Where one name only has a space, its entry is found under another name, which
# may be that of a real one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts config-ini-parser@1.6.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import ini from 'config-ini-parser';

const file = new ini.ConfigIniParser().parse('[login]\naccess token = short\nrefresh token = long\n');
const names = file.options('login');
const found = ['access token', 'refresh token', 'token'].map((name) => file.get('login', name, 'none'));
console.log('names:', names, 'found under access token, refresh token, token:', found);
console.log(file.stringify());
assert.deepEqual(names, ['token', 'token']);
assert.deepEqual(found, ['none', 'none', 'short']);
assert.equal(file.stringify().match(/^token=/gm).length, 2);
JS
echo "node $(node --version), config-ini-parser 1.6.1"
node program.mjs
