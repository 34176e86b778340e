import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { once } from 'node:events';
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { script } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { storeEndedLogin } from './herd.js';
import { turnOf } from './turns.js';

/** All steps in the long run, else one of so many. */
const stride = process.env['LATCHKEY_FULL'] ? 1 : 5;

let server: FakeAuthorizationServer;

beforeEach(async () => {
  // A used refresh token is taken again, so that what counts here is the lock alone.
  server = await FakeAuthorizationServer.start({
    deviceLogins: 'approved',
    deviceInterval: 1,
    rotation: { grace: 60 },
  });
});
afterEach(() => server.stop());

interface Told {
  readonly stopped?: string;
  readonly counted?: number;
}

/** Renews in a thread, which is terminated just before its n-th call of the file system (0: never). */
async function renewInThread(path: string, locking: string, nth: number): Promise<Told> {
  const workerData = { issuer: server.issuer, path, locking, nth };
  const worker = new Worker(script('renew-in-thread.mjs'), { workerData, execArgv: [] });
  const [told] = (await once(worker, 'message')) as [Told];
  await worker.terminate();
  return told;
}

/** What the process that the thread was of gets from the next call. */
async function callAfterwards(path: string, locking: 'auto' | 'lockfile', nth: number): Promise<string> {
  await storeEndedLogin(server, path, locking);
  const { stopped } = await renewInThread(path, locking, nth);
  if (locking === 'lockfile') utimesSync(turnOf(path), 1, 1); // as if 10 s had passed without a heartbeat
  const flow = new DeviceCodeFlowSimple({
    server: { issuer: server.issuer, tokenEndpoint: server.tokenEndpoint },
    clientId: 'cli',
    storage: new FileTokenStorage(path, { locking }),
    lockTimeout: 20,
  });
  const outcome = await flow.getAccessTokenRefreshIfNecessary().then(
    () => 'token',
    (error: unknown) => (error as { code: string }).code,
  );
  JSON.parse(readFileSync(path, 'utf8'));
  return `terminated before ${stopped}: ${outcome}`;
}

describe('A worker thread that is terminated while it renews', () => {
  test.each(['auto', 'lockfile'] as const)(
    'keeps nobody from renewing, in the same process and in others, at whichever step that was (%s)',
    async (locking) => {
      const first = join(makeFolder(), 'tokens.json');
      await storeEndedLogin(server, first, locking);
      const { counted = 0 } = await renewInThread(first, locking, 0);
      expect(counted).toBeGreaterThan(30);
      const steps = Array.from({ length: Math.ceil(counted / stride) }, (_, index) => 1 + index * stride);
      while (steps.length > 0) {
        const lot = steps.splice(0, 8).map((nth) => callAfterwards(join(makeFolder(), 'tokens.json'), locking, nth));
        for (const outcome of await Promise.all(lot)) expect(outcome).toMatch(/: token$/);
      }
      expect(leftovers(join(first, '..'))).toEqual([]);
    },
    180_000,
  );
});
