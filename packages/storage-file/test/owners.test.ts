import { describe, expect, jest, test } from '@jest/globals';
import { StorageUnavailableError } from '@latchkey/core';
import { fileLock, FileTokenStorage } from '@latchkey/storage-file';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOf, start } from './child.js';
import { makeFolder, modeOf } from './folder.js';
import { errorOf, hold, key, overwriting, someTokens, waiting } from './some.js';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('No test of what root does to files of others: run the tests as root for these.');
if (process.platform !== 'linux') console.warn('Left out: a file that nobody can make; it needs Linux.');
const asRoot = isRoot ? test : test.skip;
const nobody = 65534;
const asNobody = { uid: nobody, gid: nobody };
const kinds = ['kernel', 'lockfile'] as const;
const nothing = async (): Promise<void> => undefined;
const warnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

/** A folder that belongs to somebody else. */
function foreignFolder(mode = 0o700): string {
  const folder = makeFolder();
  chmodSync(folder, mode);
  chownSync(folder, nobody, nobody);
  return folder;
}

describe('A run as root', () => {
  asRoot.each(kinds)('leaves the login of a user to that user, lock included (%s)', async (locking) => {
    const path = join(foreignFolder(), 'tokens.json');
    const first = await outcomeOf(start('attempt.mjs', [path, locking, 'first'], asNobody));
    expect(first).toMatchObject({ locked: 'ok' });
    const emitted = warnings();
    const storage = new FileTokenStorage(path);
    const renew = (lock: typeof overwriting.lock) =>
      storage.save('ada', someTokens(9, 'ada'), { ...overwriting, lock });
    for (const _ of [1, 2]) await storage.withLock('ada', renew, waiting(1));
    expect(emitted.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringContaining(`belongs to user ${nobody}`),
    ]);
    emitted.mockRestore();
    expect([statSync(path).uid, statSync(path).gid, modeOf(path)]).toEqual([nobody, nobody, '600']);
    const after = await outcomeOf(start('attempt.mjs', [path, locking], asNobody));
    expect(after).toMatchObject({ loaded: 'ok', locked: 'ok', saved: 'ok' });
  });

  asRoot.each(kinds)('at a new place in the folder of a user keeps that user from nothing (%s)', async (locking) => {
    const emitted = warnings();
    const folder = foreignFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'), { locking });
    await storage.withLock('ada', nothing, waiting(1));
    emitted.mockRestore();
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(entries.map((entry) => statSync(join(folder, entry)).uid)).toEqual(entries.map(() => nobody));
    const outcome = await outcomeOf(start('attempt.mjs', [storage.id, locking], asNobody));
    expect(outcome).toMatchObject({ locked: 'ok', ran: true });
  });

  asRoot('leaves the file to its user also where it is torn, and is moved aside', async () => {
    const emitted = warnings();
    const storage = new FileTokenStorage(join(foreignFolder(), 'tokens.json'));
    writeFileSync(storage.id, 'torn', { mode: 0o600 });
    chownSync(storage.id, nobody, nobody);
    await storage.save(key, someTokens(1), overwriting);
    emitted.mockRestore();
    expect([statSync(storage.id).uid, statSync(storage.id).gid, modeOf(storage.id)]).toEqual([nobody, nobody, '600']);
  });

  asRoot('keeps its lock from the user, who may not signal it and does not take it for gone', async () => {
    const emitted = warnings();
    const file = join(foreignFolder(), 'tokens.json');
    const { release } = await hold(fileLock(file, { locking: 'lockfile' }));
    const outcome = await outcomeOf(start('attempt.mjs', [file, 'lockfile', 'soon'], asNobody));
    expect(outcome).toMatchObject({ locked: { name: 'LockTimeoutError' }, ran: false });
    await release();
    emitted.mockRestore();
  });

  asRoot.each([0o700, 0o1777])(
    'uses no record that another user has put into a folder of its own (mode %i)',
    async (mode) => {
      const folder = makeFolder();
      chmodSync(folder, mode);
      const storage = new FileTokenStorage(join(folder, 'tokens.json'));
      writeFileSync(storage.id, JSON.stringify(someTokens(1, key)), { mode: 0o600 });
      chownSync(storage.id, nobody, nobody);
      let ran = false;
      const errors = [
        await errorOf(storage.load(key)),
        await errorOf(storage.save(key, someTokens(2), overwriting)),
        await errorOf(storage.withLock(key, async () => (ran = true), waiting(1))),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(error).toMatchObject({ retryable: false });
        expect(error.message).toContain(`belongs to user ${nobody}, not to 0`);
      }
      expect(ran).toBe(false);
      expect(readFileSync(storage.id, 'utf8')).toContain('rt-1');
    },
  );

  asRoot.each(['tokens.json.lock', 'tokens.json.lockfile'])('uses no %s of another user either', async (name) => {
    const folder = makeFolder();
    chmodSync(folder, 0o1777);
    const storage = new FileTokenStorage(join(folder, 'tokens.json'), { locking: 'lockfile' });
    const planted = join(folder, name);
    if (name.endsWith('.lock')) writeFileSync(planted, 'latchkey lock: lockfile\n');
    else mkdirSync(planted, { mode: 0o777 });
    chownSync(planted, nobody, nobody);
    const error = await errorOf(storage.withLock(key, nothing, waiting(1)));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error.message).toContain(`${name}: belongs to user ${nobody}`);
  });
});

describe('A folder', () => {
  const open: [string, number, string][] = [
    ['that every user can write', 0o777, 'every user'],
    ['that its group can write', 0o770, 'its group'],
  ];

  test.each(open)('%s brings one warning', async (_, mode, words) => {
    const emitted = warnings();
    const folder = makeFolder();
    chmodSync(folder, mode);
    const storage = new FileTokenStorage(folder);
    for (const _ of [1, 2]) await storage.withLock(key, nothing, waiting(1));
    expect(emitted.mock.calls).toEqual([
      [expect.stringContaining(words), { type: 'LatchkeyWarning', code: 'TOKEN_FOLDER_OPEN' }],
    ]);
    emitted.mockRestore();
  });

  test.each([0o700, 0o750, 0o1777, 0o1770])('of mode %i brings none', async (mode) => {
    const emitted = warnings();
    const folder = makeFolder();
    chmodSync(folder, mode);
    await new FileTokenStorage(folder).withLock(key, nothing, waiting(1));
    expect(emitted.mock.calls).toEqual([]);
    emitted.mockRestore();
  });

  (process.platform === 'linux' ? test : test.skip)('that nobody can make is told of as that, for good', async () => {
    const storage = new FileTokenStorage('/proc/latchkey/tokens.json');
    const error = await errorOf(storage.withLock(key, nothing, waiting(1)));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toContain('/proc/latchkey: no folder can be made here');
  });
});
