#!/usr/bin/env bash
# make-fetch-happen 15.0.6 with its `defaults`, and @adobe/fetch 4.3.1: headers that are given as a Headers object.
# Expected: headers may be an object of names and values, or Headers (Fetch standard section 5.1). Both packages export a class
# Headers themselves.
# Seen: all of them are lost, in silence: `defaults` of make-fetch-happen loses those of Node's Headers and of its own, though
# the same call without `defaults` sends both; @adobe/fetch loses those of Node's. Plain objects are sent.
# Why it matters: `authorization` is among them. The API answers 401 to a good token, and the program, which can see that it has
# set the header, renews a token that nobody was shown.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts make-fetch-happen@15.0.6 @adobe/fetch@4.3.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import * as adobe from '@adobe/fetch';
import makeFetchHappen from 'make-fetch-happen';

const server = createServer((request, response) => response.end(request.headers.authorization ?? 'none'));
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const plain = { authorization: 'Bearer token' };
  const ask = async (fetch, headers) => (await fetch(url, { headers })).text();
  const withDefaults = makeFetchHappen.defaults({ timeout: 5000 });
  const seen = {};
  for (const [name, fetch, Own] of [
    ['make-fetch-happen', makeFetchHappen, makeFetchHappen.Headers],
    ['make-fetch-happen.defaults', withDefaults, makeFetchHappen.Headers],
    ['@adobe/fetch', adobe.fetch, adobe.Headers],
  ]) {
    seen[name] = {
      plain: await ask(fetch, plain),
      'Headers of Node': await ask(fetch, new Headers(plain)),
      'Headers of its own': await ask(fetch, new Own(plain)),
    };
  }
  console.log(seen);
  const sent = 'Bearer token';
  assert.deepEqual(Object.values(seen).map((each) => Object.values(each)), [
    [sent, sent, sent],
    [sent, 'none', 'none'],
    [sent, 'none', sent],
  ]);
  server.closeAllConnections();
  server.close();
});
JS
echo "node $(node --version), make-fetch-happen 15.0.6, @adobe/fetch 4.3.1"
node program.mjs
