#!/usr/bin/env bash
# passport-oauth2-refresh 2.2.0 with passport-oauth2 1.8.0, whose package oauth 0.10.2 sends the request.
# Expected: the callback of requestNewAccessToken gets an error where no token came, as it does for a 400 or a 503.
# Seen: it gets null as the error and undefined as the token: for an OAuth error with status 200, which is how GitHub says that a
# refresh token has ended; for a page in HTML, which becomes a parameter's name; for an empty body; for a redirect.
# Why it matters: `if (err) … else save(accessToken)` stores undefined over the login, and a server that is down for maintenance
# looks like a renewal that worked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts \
  passport-oauth2-refresh@2.2.0 passport-oauth2@1.8.0 oauth@0.10.2 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import OAuth2Strategy from 'passport-oauth2';
import refresh from 'passport-oauth2-refresh';

const json = { 'content-type': 'application/json' };
const answers = {
  'invalid_grant with 400': [400, json, '{"error":"invalid_grant"}'],
  'a 503': [503, {}, 'Busy'],
  'bad_refresh_token with 200': [200, json, '{"error":"bad_refresh_token"}'],
  'a page in HTML': [200, { 'content-type': 'text/html' }, '<h1>Down for maintenance</h1>'],
  'an empty body': [200, json, ''],
  'a redirect': [302, { location: '/maintenance' }, ''],
};
const server = createServer(async (request, response) => {
  for await (const _part of request);
  const [status, headers, text] = Object.values(answers)[Number(request.url.slice(1))];
  response.writeHead(status, headers).end(text);
}).listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const seen = {};
  for (const [index, name] of Object.keys(answers).entries()) {
    const options = { clientID: 'app', clientSecret: 's', authorizationURL: url, callbackURL: 'https://app.example/' };
    refresh.use(name, new OAuth2Strategy({ ...options, tokenURL: url + index }, () => undefined));
    seen[name] = await new Promise((resolve) => {
      refresh.requestNewAccessToken(name, 'rt-1', (error, accessToken) => {
        resolve({ error: error && `status ${error.statusCode}`, accessToken });
      });
    });
  }
  console.log(seen);
  server.closeAllConnections();
  server.close();
  const nothing = { error: null, accessToken: undefined };
  const refused = (status) => ({ error: `status ${status}`, accessToken: undefined });
  assert.deepEqual(Object.values(seen), [refused(400), refused(503), nothing, nothing, nothing, nothing]);
});
JS
echo "node $(node --version), passport-oauth2-refresh 2.2.0, passport-oauth2 1.8.0, oauth 0.10.2"
node program.mjs
