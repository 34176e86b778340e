/** A CommonJS program in TypeScript, compiled with `moduleResolution: node10`: logs in, saves and renews. */
import assert = require('node:assert/strict');
import { readFileSync } from 'node:fs';
import { type AuthFlow, DeviceCodeFlowSimple } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';

export async function logIn(file: string): Promise<string> {
  const clock = new TestClock({ autoAdvance: true });
  const server = await FakeAuthorizationServer.start({ clock, deviceLogins: 'approved' });
  const open = (): AuthFlow =>
    new DeviceCodeFlowSimple({
      issuer: server.issuer,
      clientId: 'cli',
      clock,
      storage: new FileTokenStorage(file),
      promptUser: () => undefined,
    });
  const first = await open().getAccessTokenRefreshIfNecessary({ interactive: true });
  const renewed = await open().getAccessTokenRefreshIfNecessary({ rejectedToken: first });
  assert.notEqual(renewed, first);
  assert(readFileSync(file, 'utf8').includes(renewed));
  server.ledger.assertNoReuse();
  await server.stop();
  const marker = readFileSync(`${file}.lock`, 'utf8');
  return `logged in, saved and renewed, locked by ${marker.includes('lockfile') ? 'lock file' : 'kernel'}`;
}

if (require.main === module) void logIn(process.argv[2] ?? '').then(console.log);
