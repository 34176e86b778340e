#!/usr/bin/env bash
# @badgateway/oauth2-client 3.3.1, OAuth2Fetch, at a server whose access tokens live for 25 days or more.
# Expected: a token is renewed in the background a minute before its end (the option scheduleRefresh, which is on), so once in
# 25 days.
# Seen: it is renewed as fast as the server answers, without a pause. 24 days are fine. The pause is given to setTimeout, which
# takes 2^31 ms at most and makes 1 ms of more; each new token brings the next such pause.
# Why it matters: nothing fails, so that only the server, or its rate limit, tells of it; tokens of 30 or 60 days are what Twitch,
# LinkedIn and other services give. This program stops at the fifth renewal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @badgateway/oauth2-client@3.3.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';

const mostRenewals = 5;

/** How often a token that lives so long is renewed in one second; no further than the fifth time. */
async function renewals(days) {
  let count = 0;
  let enough;
  const stop = new Promise((resolve) => (enough = resolve));
  const server = createServer(async (request, response) => {
    for await (const _part of request);
    if (request.url !== '/token') return response.end('ok');
    if (++count >= mostRenewals) return enough();
    const body = { access_token: `at-${count}`, refresh_token: `rt-${count}`, token_type: 'Bearer', expires_in: days * 86_400 };
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const client = new OAuth2Client({ server: url, clientId: 'app', tokenEndpoint: '/token' });
  const login = { accessToken: '', refreshToken: 'rt-0', expiresAt: 0 };
  const api = new OAuth2Fetch({ client, getNewToken: () => client.refreshToken(login) });
  await (await api.fetch(`${url}/api`)).text();
  await Promise.race([stop, new Promise((resolve) => setTimeout(resolve, 1000))]);
  return count;
}

const seen = {};
for (const days of [1, 24, 25, 60]) seen[`${days} days`] = await renewals(days);
console.log(seen);
assert.deepEqual(Object.values(seen), [1, 1, mostRenewals, mostRenewals]);
process.exit();
JS
echo "node $(node --version), @badgateway/oauth2-client 3.3.1"
node --disable-warning=TimeoutOverflowWarning program.mjs
