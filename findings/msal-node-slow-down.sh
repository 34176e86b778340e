#!/usr/bin/env bash
# @azure/msal-node 7.2.3, acquireTokenByDeviceCode, at a server that answers `slow_down` once while the person still logs in.
# Expected: the polling goes on, 5 seconds slower (RFC 8628 section 3.5). Where the server names no `interval`, it is asked
# every 5 seconds (section 3.2).
# Seen: `slow_down` ends the login, "post_request_failed", though the person is about to approve it. Without `interval` the
# client asks without any pause, which is what servers answer `slow_down` to.
# Why it matters: the person approves, is told that all is well, and the program has given up. Entra sends neither, but servers
# that `protocolMode: 'OIDC'` is for may, whenever a poll comes a little early.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @azure/msal-node@7.2.3 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { PublicClientApplication } from '@azure/msal-node';

const authority = 'https://login.example.org/tenant';
let polls;
const server = createServer((request, response) => {
  const device = { device_code: 'device', user_code: 'ABCD', verification_uri: `${authority}/device`, expires_in: 3, interval };
  const error = pollAnswers[polls] ?? 'authorization_pending';
  const isDevice = request.url.includes('devicecode');
  if (!isDevice) polls++;
  const body = isDevice ? device : { error };
  response.writeHead(isDevice ? 200 : 400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
let interval;
let pollAnswers;

/** What the client is told to send, sent to the server above: it insists on https. */
const networkClient = {
  async sendPostRequestAsync(url, { body, headers }) {
    const { pathname } = new URL(url);
    const response = await fetch(`http://127.0.0.1:${server.address().port}${pathname}`, { method: 'POST', body, headers });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.json() };
  },
};
const authorityMetadata = JSON.stringify({
  issuer: authority,
  authorization_endpoint: `${authority}/authorize`,
  token_endpoint: `${authority}/token`,
  jwks_uri: `${authority}/jwks`,
});

async function logIn() {
  polls = 0;
  const auth = { clientId: 'app', authority, knownAuthorities: ['login.example.org'], authorityMetadata };
  const client = new PublicClientApplication({ auth, system: { networkClient, protocolMode: 'OIDC' } });
  const request = { scopes: ['read'], deviceCodeCallback: () => {} };
  const told = await client.acquireTokenByDeviceCode(request).then(() => 'a token', (error) => error.message);
  return { told, polls };
}
interval = 1;
pollAnswers = [];
const pending = await logIn();
pollAnswers = ['authorization_pending', 'slow_down'];
const slowedDown = await logIn();
interval = undefined;
pollAnswers = [];
const noInterval = await logIn();
server.close();
console.log({ pending, slowedDown, noInterval });
assert.ok(pending.polls > 2 && pending.polls < 6 && /expired/.test(pending.told));
assert.equal(slowedDown.polls, 2);
assert.match(slowedDown.told, /slow_down/);
assert.ok(noInterval.polls > 20);
JS
echo "node $(node --version), @azure/msal-node 7.2.3"
node program.mjs
