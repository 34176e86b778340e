#!/usr/bin/env bash
# netrc-reader 0.1.1, at files that differ in their lines alone: blanks, tabs and line ends part the words of a netrc alike (manual of ftp).
# Expected: the login `ada` with the password `secret`, and the default for other machines, however the words are put on lines.
# Seen: a second line `login ada password secret` gives a login "ada password secret" and no password; a default on one line,
# `default login guest password none`, gives one without login and password. All on one line with `machine`, or each on its own, is read well.
# Why it matters: a file that curl and git read gives a 401 here, and the password is sent, and logged, as a part of the name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts netrc-reader@0.1.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { NetRC } from 'netrc-reader';

const read = async (text, machine) => {
  writeFileSync('netrc', text);
  const file = new NetRC('netrc');
  await file.load();
  return file.getConfig(machine);
};
const lines = {
  'one line': await read('machine api.example.com login ada password secret\n', 'api.example.com'),
  'a line each': await read('machine api.example.com\n  login ada\n  password secret\n', 'api.example.com'),
  'two lines': await read('machine api.example.com\n  login ada password secret\n', 'api.example.com'),
  'default on one line': await read('default login guest password none\n', 'api.example.com'),
  'default on lines': await read('default\n  login guest\n  password none\n', 'api.example.com'),
};
for (const [name, found] of Object.entries(lines)) console.log(name, JSON.stringify(found));
const right = { login: 'ada', password: 'secret' };
const guest = { login: 'guest', password: 'none' };
assert.deepEqual(Object.values(lines), [right, right, { login: 'ada password secret' }, {}, guest]);
JS
echo "node $(node --version), netrc-reader@0.1.1"
node program.mjs
