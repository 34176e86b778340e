/** Logs in, saves and renews, and tells which lock it had: `log-in.mjs file`. Bundled into one file by consumer-builds.mjs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';

async function main(file) {
  const clock = new TestClock({ autoAdvance: true });
  const server = await FakeAuthorizationServer.start({ clock, deviceLogins: 'approved' });
  const { issuer } = server;
  const open = () =>
    new DeviceCodeFlowSimple({
      issuer,
      clientId: 'cli',
      clock,
      storage: new FileTokenStorage(file),
      promptUser: () => {},
    });
  const first = await open().getAccessTokenRefreshIfNecessary({ interactive: true });
  assert.equal(await open().getAccessTokenRefreshIfNecessary(), first);
  const renewed = await open().getAccessTokenRefreshIfNecessary({ rejectedToken: first });
  assert.notEqual(renewed, first);
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).access_token, renewed);
  server.ledger.assertNoReuse();
  await server.stop();
  const marker = readFileSync(`${file}.lock`, 'utf8');
  console.log(`logged in, saved and renewed, locked by ${marker.includes('lockfile') ? 'lock file' : 'kernel'}`);
}

void main(process.argv[2]);
