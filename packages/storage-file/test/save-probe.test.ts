import { afterEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple, StorageUnavailableError, TokenSet } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { fileLock, FileTokenStorage } from '@latchkey/storage-file';
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { errorOf, key, overwriting, someTokens, waiting } from './some.js';

/** Gives a file or folder an attribute that even root heeds; false where that cannot be. */
function chattr(attribute: string, path: string): boolean {
  try {
    execFileSync('chattr', [attribute, path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const trial = join(makeFolder(), 'trial');
writeFileSync(trial, '');
const hasAttributes = chattr('+i', trial) && chattr('-i', trial);
if (!hasAttributes) console.warn('No test of immutable files: that needs root and a file system with attributes.');
const withAttributes = hasAttributes ? test : test.skip;

const marked: [string, string][] = [];
const mark = (attribute: string, path: string): void => {
  expect(chattr(`+${attribute}`, path)).toBe(true);
  marked.push([`-${attribute}`, path]);
};
afterEach(() => {
  for (const [attribute, path] of marked.splice(0)) chattr(attribute, path);
});

/** A login whose access token has ended, and a flow that would renew it. */
async function endedLogin(path: string): Promise<{ server: FakeAuthorizationServer; flow: DeviceCodeFlowSimple }> {
  const server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
  const flow = new DeviceCodeFlowSimple({
    issuer: server.issuer,
    clientId: 'cli',
    storage: new FileTokenStorage(path),
    promptUser: () => undefined,
    lockTimeout: 1,
  });
  const tokens = await flow.doFlow();
  await flow.importTokens(TokenSet.from({ ...tokens.toJSON(), issued_at: 1, expires_at: 2 }));
  server.ledger.clear();
  return { server, flow };
}

describe('Taking the lock, which tries what a save does,', () => {
  const places: [string, (path: string) => void][] = [
    ['the record is immutable', (path) => mark('i', path)],
    ['the record is append-only', (path) => mark('a', path)],
    ['the folder only takes files', (path) => mark('a', dirname(path))],
    ['the folder is immutable', (path) => mark('i', dirname(path))],
  ];

  withAttributes.each(places)('keeps a refresh token from being redeemed where %s', async (_, spoil) => {
    const path = join(makeFolder(), 'tokens.json');
    const { server, flow } = await endedLogin(path);
    try {
      spoil(path);
      for (const _ of [1, 2, 3]) {
        const error = await errorOf(flow.getAccessTokenRefreshIfNecessary());
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(error).toMatchObject({ retryable: false, cause: { code: 'EPERM' } });
        expect(error['remedy']).toContain('lsattr');
      }
      expect(server.ledger.tokenRequests).toHaveLength(0);
      expect(leftovers(dirname(path)).length).toBeLessThan(2); // what cannot be removed is not added to
      for (const [attribute, place] of marked.splice(0)) chattr(attribute, place);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
      server.ledger.assertTokenRequests(1);
      expect(leftovers(dirname(path))).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  test.each(['auto', 'lockfile'])('fails before the task runs where the disk keeps nothing (%s)', async (locking) => {
    const path = join(makeFolder(), 'tokens.json');
    await new FileTokenStorage(path, { locking: locking as 'auto' }).withLock(key, async () => undefined, waiting(1));
    await new FileTokenStorage(path).save('ada', someTokens(1, 'ada'), overwriting);
    const args = ['--import', script('failing-disk.mjs'), script('attempt.mjs'), path, locking];
    const outcome = await outcomeOf(run(process.execPath, args));
    const failure = { name: 'StorageUnavailableError', retryable: true, cause: 'EIO' };
    expect(outcome).toMatchObject({ loaded: 'ok', locked: failure, saved: failure, ran: false, generation: 1 });
    expect(leftovers(dirname(path))).toEqual([]);
  });

  test('fails on Windows by an outage that may pass, where a scanner has the files', async () => {
    const outcome = await outcomeOf(start('scanner.mjs', [join(makeFolder(), 'tokens.json'), 99]));
    expect(outcome).toEqual({ locked: 'STORAGE_UNAVAILABLE EPERM true', saved: 'STORAGE_UNAVAILABLE EPERM true' });
  });

  test('goes on there once they are let go, as a save over what is no record and a logout do', async () => {
    const folder = makeFolder();
    const outcome = await outcomeOf(start('scanner.mjs', [join(folder, 'tokens.json'), 2]));
    expect(outcome).toEqual({ locked: 'ok', saved: 'ok', deleted: 'ok' });
    expect(readdirSync(folder).filter((name) => name.startsWith('tokens.json.corrupt-'))).toHaveLength(1);
    expect(readdirSync(folder)).not.toContain('tokens.json');
  });

  test('fails in the same way while others are under way', async () => {
    const folder = makeFolder();
    const outcome = await outcomeOf(start('fail-among-others.mjs', [folder]));
    expect(outcome).toMatchObject({ name: 'StorageUnavailableError', ran: false });
    expect(outcome['message']).toContain('EIO');
    expect(leftovers(folder)).toEqual([]);
  });

  test('and the renewal under it, call the file system 64 times at most', async () => {
    const calls = await outcomeOf(start('count-calls.mjs', [makeFolder()]));
    const total = Object.values(calls).reduce((sum: number, count) => sum + Number(count), 0);
    expect(total).toBeGreaterThan(20);
    expect(total).toBeLessThan(65);
    expect(calls).toMatchObject({ fsyncSync: 3, renameSync: 2, writeFileSync: 2 }); // a trial, the save, and its folder
  });

  test('leaves nothing behind', async () => {
    const folder = makeFolder();
    await fileLock(join(folder, 'place')).withLock(key, async () => undefined, waiting(1));
    expect(readdirSync(folder)).toEqual(['place.lock']);
  });
});
