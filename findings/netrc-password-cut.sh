#!/usr/bin/env bash
# netrc 0.1.4 and netrc-parser 3.1.6 (which command lines such as Heroku's log in with), on a file that curl reads too.
# Expected: a password goes to the next blank, as it does for curl, and "default" is the entry for all other hosts.
# Seen: both cut a password at its "#". netrc takes "default" for a key of the machine above it, and with it "login" for its
# value, so that the entry is lost. Nothing is said.
# Why it matters: generated passwords have such characters. The server answers 401 to a file with which curl logs in.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts netrc@0.1.4 netrc-parser@3.1.6 > /dev/null
cat > netrc <<'NETRC'
machine 127.0.0.1 login ada password abc#def
machine last.example login ada password z
default login anyone password y
NETRC
chmod 600 netrc
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import netrc from 'netrc';
import parser from 'netrc-parser';

const run = promisify(execFile);
let sent;
const server = createServer((request, response) => {
  sent = Buffer.from(request.headers.authorization.slice('Basic '.length), 'base64').toString();
  response.end();
}).listen(0, '127.0.0.1', async () => {
  console.log((await run('curl', ['--version'])).stdout.split('\n')[0]);
  await run('curl', ['--silent', '--netrc-file', 'netrc', `http://127.0.0.1:${server.address().port}/`]);
  server.close();
  const small = netrc('netrc');
  const other = new parser.Netrc('netrc');
  other.loadSync();
  const seen = {
    curl: sent,
    netrc: small['127.0.0.1'].password,
    'netrc-parser': other.machines['127.0.0.1'].password,
  };
  console.log(seen);
  console.log('netrc, the last machine and the default:', small['last.example'], small.default);
  assert.deepEqual(seen, { curl: 'ada:abc#def', netrc: 'abc', 'netrc-parser': 'abc' });
  assert.equal(small['last.example'].default, 'login');
  assert.equal(small.default, undefined);
});
JS
echo "node $(node --version), netrc 0.1.4, netrc-parser 3.1.6"
node program.mjs
