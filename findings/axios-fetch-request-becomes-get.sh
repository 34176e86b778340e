#!/usr/bin/env bash
# @lifeomic/axios-fetch 3.1.0 with axios 1.21.1, a fetch over axios, that is given a Request.
# Expected: `fetch(new Request(url, { method, headers, body }))` sends that request, as the fetch of Node does with its Request,
# and node-fetch 2.7.0 with its own.
# Seen: of either Request only the URL is used. A POST becomes a GET without its headers and body, and is answered 200.
# Why it matters: clients that are handed a fetch call it with a Request (ky, openapi-fetch). What they write is not written, and
# `authorization` is not sent, and where a GET is answered all looks well.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts \
  @lifeomic/axios-fetch@3.1.0 axios@1.21.1 node-fetch@2.7.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { buildAxiosFetch } from '@lifeomic/axios-fetch';
import axios from 'axios';
import nodeFetch from 'node-fetch';

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const { method, headers } = request;
  response.end(JSON.stringify({ method, authorization: headers.authorization, body }));
}).listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const init = { method: 'POST', headers: { authorization: 'Bearer token' }, body: 'written' };
  const axiosFetch = buildAxiosFetch(axios);
  const seen = {};
  for (const [name, fetch, input, more] of [
    ['fetch of Node, a Request', globalThis.fetch, new Request(url, init)],
    ['node-fetch, its Request', nodeFetch, new nodeFetch.Request(url, init)],
    ['axios-fetch, a URL and what to do', axiosFetch, url, init],
    ['axios-fetch, a Request', axiosFetch, new Request(url, init)],
    ["axios-fetch, node-fetch's Request", axiosFetch, new nodeFetch.Request(url, init)],
  ]) {
    seen[name] = await (await fetch(input, more)).json();
  }
  console.log(seen);
  server.closeAllConnections();
  server.close();
  const whole = { method: 'POST', authorization: 'Bearer token', body: 'written' };
  const lost = { method: 'GET', body: '' };
  assert.deepEqual(Object.values(seen), [whole, whole, whole, lost, lost]);
});
JS
echo "node $(node --version), @lifeomic/axios-fetch 3.1.0, axios 1.21.1, node-fetch 2.7.0"
node program.mjs
