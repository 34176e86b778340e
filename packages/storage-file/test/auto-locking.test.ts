import { describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple, LockTimeoutError, LockUnavailableError } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { fileLock, FileTokenStorage } from '@latchkey/storage-file';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOf, run, script, start } from './child.js';
import { makeFolder } from './folder.js';
import { errorOf, key, overwriting, someTokens, waiting } from './some.js';

if (process.platform !== 'linux') console.warn('Left out: the kinds of file systems; it needs Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip; // its file systems have numbers, and it has /proc
const path = (): string => join(makeFolder(), 'tokens.json');
const enter = async (): Promise<string> => 'entered';
const markerOf = (file: string): string => readFileSync(`${file}.lock`, 'utf8').split('\n')[0] ?? '';
const attempt = (file: string, locking: string, preload: string): Promise<Record<string, unknown>> =>
  outcomeOf(run(process.execPath, ['--import', script(preload), script('attempt.mjs'), file, locking]));

describe("locking: 'auto'", () => {
  onLinux('is the lock of the kernel at a new place, and the default', async () => {
    const file = path();
    await fileLock(file).withLock(key, enter, waiting(1));
    expect(markerOf(file)).toBe('latchkey lock: kernel');
  });

  test.each(['kernel', 'lockfile'] as const)('follows the marker of others who use %s', async (locking) => {
    const file = path();
    await fileLock(file, { locking }).withLock(key, enter, waiting(1));
    const inside = (): Promise<Error> => errorOf(fileLock(file).withLock(key, enter, waiting(0)));
    expect(await fileLock(file, { locking }).withLock(key, inside, waiting(1))).toBeInstanceOf(LockTimeoutError);
    expect(markerOf(file)).toBe(`latchkey lock: ${locking}`);
  });

  test('is a lock file where the addon cannot be loaded, which those follow who can', async () => {
    const file = path();
    expect(await attempt(file, 'auto', 'break-addon.mjs')).toMatchObject({ locked: 'ok', ran: true });
    expect(markerOf(file)).toBe('latchkey lock: lockfile');
    await fileLock(file).withLock(key, enter, waiting(1));
    expect(markerOf(file)).toBe('latchkey lock: lockfile');
  });

  onLinux('does not follow the kernel where the addon cannot be loaded, and says who does', async () => {
    const file = path();
    await fileLock(file, { locking: 'kernel' }).withLock(key, enter, waiting(1));
    const outcome = await attempt(file, 'auto', 'break-addon.mjs');
    expect(outcome).toMatchObject({ locked: { name: 'LockUnavailableError', retryable: false }, ran: false });
    expect(JSON.stringify(outcome['locked'])).toMatch(/others lock by 'kernel'.*fs-native-extensions/);
  });

  onLinux('is a lock file in a folder that is not known to be local', async () => {
    const file = path();
    expect(await attempt(file, 'auto', 'far-folder.mjs')).toMatchObject({ locked: 'ok', ran: true });
    expect(markerOf(file)).toBe('latchkey lock: lockfile');
  });

  onLinux.each(['auto', 'kernel'])(
    'never locks by the kernel there, whatever the marker says (%s)',
    async (locking) => {
      const failure = { name: 'LockUnavailableError', retryable: false };
      const file = path();
      await fileLock(file, { locking: 'kernel' }).withLock(key, enter, waiting(1));
      const outcome = await attempt(file, locking, 'far-folder.mjs');
      expect(outcome).toMatchObject({ locked: failure, ran: false });
      expect(JSON.stringify(outcome['locked'])).toContain('one machine');
    },
  );

  onLinux('leaves no marker in such a folder when the kernel was asked for', async () => {
    const file = path();
    const outcome = await attempt(file, 'kernel', 'far-folder.mjs');
    expect(outcome).toMatchObject({ locked: { name: 'LockUnavailableError' }, ran: false });
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test('waits for an empty marker to be filled, and takes one older than 10 s for a lock file', async () => {
    const file = path();
    writeFileSync(`${file}.lock`, '', { mode: 0o600 });
    expect(await errorOf(fileLock(file).withLock(key, enter, waiting(0.2)))).toBeInstanceOf(LockTimeoutError);
    utimesSync(`${file}.lock`, Date.now() / 1000 - 11, Date.now() / 1000 - 11);
    expect(await fileLock(file).withLock(key, enter, waiting(1))).toBe('entered');
    expect(markerOf(file)).toBe('latchkey lock: lockfile');
    for (const content of ['', '\0'.repeat(60)]) {
      const future = path(); // before the clock was set back, and by a power cut
      writeFileSync(`${future}.lock`, content, { mode: 0o600 });
      utimesSync(`${future}.lock`, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
      expect(await fileLock(future).withLock(key, enter, waiting(1))).toBe('entered');
      expect(markerOf(future)).toBe('latchkey lock: lockfile');
    }
    const error = await errorOf(fileLock(file, { locking: 'kernel' }).withLock(key, enter, waiting(1)));
    expect(error).toBeInstanceOf(LockUnavailableError);
  });

  onLinux('loads no addon where a fresh token is found', async () => {
    const storage = new FileTokenStorage(makeFolder());
    await storage.save('ada', someTokens(3, 'ada'), overwriting);
    expect(await outcomeOf(start('look.mjs', [storage.id]))).toEqual({ found: 3, afterLoad: false, afterLock: true });
  });
});

describe('A kind of lock that cannot be had', () => {
  test('is told of before a login is asked for', async () => {
    const server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
    try {
      const file = path();
      await fileLock(file, { locking: 'lockfile' }).withLock(key, enter, waiting(1));
      let prompts = 0;
      const flow = new DeviceCodeFlowSimple({
        issuer: server.issuer,
        clientId: 'cli',
        storage: new FileTokenStorage(file, { locking: 'kernel' }),
        promptUser: () => {
          prompts++;
        },
      });
      expect(await errorOf(flow.doFlow())).toBeInstanceOf(LockUnavailableError);
      const call = flow.getAccessTokenRefreshIfNecessary({ interactive: true });
      expect(await errorOf(call)).toBeInstanceOf(LockUnavailableError);
      expect([prompts, server.ledger.tokenRequests.length]).toEqual([0, 0]);
    } finally {
      await server.stop();
    }
  });
});
