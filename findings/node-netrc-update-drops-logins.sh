#!/usr/bin/env bash
# node-netrc 0.1.0 (with netrc 0.1.4), whose `update` writes a login to a file and, as its documentation says, touches no other host.
# Expected: a login for one more machine is added; all the others, and the default, are there for curl as before.
# Seen: of two logins for one machine the first one is gone, the default is not one any more but stands as the words `default login` and
# `anonymous password` within the machine before it; comments are gone.
# Why it matters: a program that stores its own token takes the login of another program away, and nothing tells of it until it is used.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts node-netrc@0.1.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import netrc from 'node-netrc';

netrc.file = path.resolve('netrc');
writeFileSync(
  netrc.file,
  [
    '# by hand',
    'machine api.example.com login deploy password one',
    'machine api.example.com login ada password two',
    'default login anonymous password guest',
    '',
  ].join('\n'),
  { mode: 0o600 },
);
netrc.update('new.example.com', { login: 'bob', password: 'three' });
const after = readFileSync(netrc.file, 'utf8');
console.log(after);
assert.match(after, /machine new\.example\.com\s+login bob\s+password three/);
assert.match(after, /machine api\.example\.com\s+anonymous password\s+default login\s/);
assert.doesNotMatch(after, /deploy|#|^default/m);
JS
echo "node $(node --version), node-netrc@0.1.0"
node program.mjs
