#!/usr/bin/env bash
# node-fetch-cookies 2.1.1, a fetch with cookie jars, at a server that sets `token` for two paths.
# Expected: both are kept, as name, domain and path make a cookie (RFC 6265 section 5.3), and each path is sent its own.
# Seen: the second takes the place of the first, whose path is sent none from then on. And a cookie that has an attribute which the jar does
# not know, as `Partitioned`, is not kept at all; the standard says to pass over such a one (section 5.2). Nothing is said of either.
# Why it matters: a server that sets the token that renews for its token endpoint alone, beside one for the API, ends the login of this
# client: the renewal comes without a cookie.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts node-fetch-cookies@2.1.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { CookieJar, fetch } from 'node-fetch-cookies';

const set = {
  '/login': ['token=renews; Path=/oauth', 'token=calls; Path=/api'],
  '/new': ['session=1; Path=/; Secure; Partitioned', 'plain=1; Path=/'],
};
const server = createServer((request, response) => {
  response.setHeader('Set-Cookie', set[request.url] ?? []);
  response.end(request.headers.cookie ?? 'no cookie');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const jar = new CookieJar();
const ask = async (path) => (await fetch(jar, `http://127.0.0.1:${server.address().port}${path}`)).text();
await ask('/login');
const renewal = await ask('/oauth/token');
const call = await ask('/api/me');
await ask('/new');
const kept = [...jar.cookiesAll()].map(({ name }) => name);
console.log(`/oauth/token is sent: ${renewal}; /api/me is sent: ${call}; kept: ${kept}`);
server.close();
assert.deepEqual([renewal, call, kept], ['no cookie', 'token=calls', ['token', 'plain']]);
JS
echo "node $(node --version), node-fetch-cookies@2.1.1"
node program.mjs
