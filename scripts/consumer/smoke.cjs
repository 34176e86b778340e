/** The same from CommonJS, where Node loads ES modules by require(). */
const assert = require('node:assert/strict');
const { ClientCredentialsFlowSimple, LoginRequiredError } = require('@latchkey/core');
const { readEnvironment } = require('@latchkey/core/node');
const { discoverResource } = require('@latchkey/core/resource');
const { FakeAuthorizationServer } = require('@latchkey/core/testing');
const { FileTokenStorage } = require('@latchkey/storage-file');
const { RedisTokenStorage } = require('@latchkey/storage-redis');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

async function main() {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-smoke-'));
  const server = await FakeAuthorizationServer.start();
  try {
    const storage = new FileTokenStorage(folder, { locking: 'lockfile' });
    const options = { issuer: server.issuer, clientId: 'machine', clientSecret: 'a secret', storage };
    const token = await new ClientCredentialsFlowSimple(options).getAccessTokenRefreshIfNecessary();
    const again = await new ClientCredentialsFlowSimple(options).getAccessTokenRefreshIfNecessary();
    assert.equal(again, token);
    server.ledger.assertTokenRequests(1);
    const { issuer } = await discoverResource(server.api, { client: { clientId: 'app' } });
    assert.equal(new URL(issuer).origin, new URL(server.issuer).origin);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
  for (const part of [readEnvironment, RedisTokenStorage, LoginRequiredError]) assert.equal(typeof part, 'function');
  const sameClasses = await import('@latchkey/core');
  assert.equal(sameClasses.LoginRequiredError, LoginRequiredError);
}

void main().then(() => console.log('smoke: require() works'));
