#!/usr/bin/env bash
# @whatwg-node/fetch 0.12.1, and 0.10.13, which npm chose for Node 20, with a form as the body of a request: URLSearchParams.
# Expected: `fetch(url, { method: 'POST', body: new URLSearchParams(…) })` sends it, as the fetch of Node does.
# Seen: it rejects with a TypeError about a "chunk" that must be a string, for Node's URLSearchParams and for its own export of
# that name. The same form as a text is sent.
# Why it matters: each token request of OAuth is such a form, so that a client which is given this fetch fails at its first one,
# while all that sends JSON by it works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts \
  older@npm:@whatwg-node/fetch@0.10.13 newer@npm:@whatwg-node/fetch@0.12.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import * as older from 'older';
import * as newer from 'newer';

const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  response.end(text);
}).listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/token`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const send = (fetch, body) =>
    fetch(url, { method: 'POST', headers, body }).then(
      (response) => response.text(),
      (error) => error.code ?? error.message,
    );
  const form = { grant_type: 'client_credentials' };
  const seen = { 'of Node': await send(fetch, new URLSearchParams(form)) };
  for (const [version, own] of Object.entries({ '0.10.13': older, '0.12.1': newer })) {
    seen[version] = await send(own.fetch, new URLSearchParams(form));
    seen[`${version}, its own`] = await send(own.fetch, new own.URLSearchParams(form));
    seen[`${version}, as text`] = await send(own.fetch, String(new URLSearchParams(form)));
  }
  console.log(seen);
  server.closeAllConnections();
  server.close();
  const [works, fails] = ['grant_type=client_credentials', 'ERR_INVALID_ARG_TYPE'];
  assert.deepEqual(Object.values(seen), [works, fails, fails, works, fails, fails, works]);
});
JS
echo "node $(node --version), @whatwg-node/fetch 0.10.13 and 0.12.1"
node program.mjs
