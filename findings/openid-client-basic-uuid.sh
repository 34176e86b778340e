#!/usr/bin/env bash
# openid-client 6.9.0 at @node-oauth/oauth2-server 5.3.0, by HTTP Basic, with a client id that is a UUID.
# Expected: a UUID consists of letters, digits and "-", which application/x-www-form-urlencoded leaves as they are, so it makes
# no difference whether a server decodes id and secret (RFC 6749 section 2.3.1) or not.
# Seen: the client writes "-" as %2D (and "." and "_" likewise), the server does not decode: invalid_client. The same id and
# secret in the body are taken.
# Why it matters: curl -u logs in with the same id and secret, and the answer says that the client is wrong, so it is the
# credentials that are looked at.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts openid-client@6.9.0 @node-oauth/oauth2-server@5.3.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import OAuth2Server from '@node-oauth/oauth2-server';
import * as openid from 'openid-client';

const known = { id: '3f2b8c1e-9a4d-4c1b-8e57-0d6a5b7c9e10', secret: 'a1b2c3' };
const model = {
  getClient: (id, secret) => id === known.id && secret === known.secret && { id, grants: ['client_credentials'] },
  getUserFromClient: () => ({ id: 'service' }),
  saveToken: (token, client, user) => ({ ...token, client, user }),
};
const oauth = new OAuth2Server({ model });
const sent = [];
const server = createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  const { authorization } = request.headers;
  if (authorization) sent.push(Buffer.from(authorization.slice('Basic '.length), 'base64').toString());
  const { method, headers } = request;
  const body = Object.fromEntries(new URLSearchParams(text));
  const answer = new OAuth2Server.Response({ headers: {} });
  await oauth.token(new OAuth2Server.Request({ method, headers, query: {}, body }), answer).catch(() => undefined);
  response.writeHead(answer.status, { ...answer.headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}).listen(0, '127.0.0.1', async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const seen = {};
  for (const [name, authentication] of [
    ['basic', openid.ClientSecretBasic(known.secret)],
    ['body', openid.ClientSecretPost(known.secret)],
  ]) {
    const config = new openid.Configuration({ issuer, token_endpoint: `${issuer}/token` }, known.id, {}, authentication);
    openid.allowInsecureRequests(config);
    seen[name] = await openid.clientCredentialsGrant(config).then(
      () => 'a token',
      (error) => error.error ?? `${error.code}, ${error.cause?.status ?? error.status}`,
    );
  }
  console.log('Basic, decoded from base64:', sent[0]);
  console.log(seen);
  server.close();
  assert.match(sent[0], /^3f2b8c1e%2D9a4d%2D/);
  assert.equal(seen.body, 'a token');
  assert.notEqual(seen.basic, 'a token');
});
JS
echo "node $(node --version), openid-client 6.9.0, @node-oauth/oauth2-server 5.3.0"
node program.mjs
