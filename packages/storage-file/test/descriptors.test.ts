import { describe, expect, test } from '@jest/globals';
import { LockTimeoutError, LockUnavailableError, StorageConflictError } from '@latchkey/core';
import { FileTokenStorage, type Locking } from '@latchkey/storage-file';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './folder.js';
import { errorOf, expecting, hold, key, overwriting, someTokens, waiting } from './some.js';

if (process.platform !== 'linux') console.warn('Left out: what this process has open, by /proc; it needs Linux.');
const onLinux = process.platform === 'linux' ? describe.each : describe.skip.each;
const kinds: Locking[] = ['kernel', 'lockfile'];

/** What this process has open in a folder. */
function openIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return []; // that of the list itself
    }
  });
}

onLinux(kinds)('Nothing of the place of a token stays open (%s)', (locking) => {
  test('after a turn, nor after waits for one that were too long', async () => {
    const folder = makeFolder();
    const storage = new FileTokenStorage({ file: join(folder, 'tokens.json') }, { locking });
    const { release } = await hold(storage);
    const held = openIn(folder);
    expect(held).toHaveLength(1);
    for (const timeout of [0, 0.2]) {
      const late = await errorOf(storage.withLock(key, async () => undefined, waiting(timeout)));
      expect(late).toBeInstanceOf(LockTimeoutError);
    }
    expect(openIn(folder)).toEqual(held);
    await release();
    expect(openIn(folder)).toEqual([]);
  });

  test('after turns that cannot be had, since others lock in another way or are just writing in which', async () => {
    const folder = makeFolder();
    const file = join(folder, 'tokens.json');
    const storage = new FileTokenStorage({ file }, { locking });
    const other = locking === 'kernel' ? 'lockfile' : 'kernel';
    for (const [marker, error] of [
      [`latchkey lock: ${other}\n`, LockUnavailableError],
      ['', LockTimeoutError],
    ] as const) {
      writeFileSync(`${file}.lock`, marker, { mode: 0o600 });
      expect(await errorOf(storage.withLock(key, async () => undefined, waiting(0.2)))).toBeInstanceOf(error);
      expect(openIn(folder)).toEqual([]);
    }
  });

  test('after what was read, saved, refused, set aside and deleted', async () => {
    const folder = makeFolder();
    const file = join(folder, 'tokens.json');
    const storage = new FileTokenStorage({ file }, { locking });
    writeFileSync(file, 'no record');
    await storage.save(key, someTokens(1), overwriting);
    expect(await errorOf(storage.save(key, someTokens(3), expecting(2)))).toBeInstanceOf(StorageConflictError);
    expect((await storage.load(key))?.generation).toBe(1);
    await storage.delete(key, overwriting);
    expect(openIn(folder)).toEqual([]);
  });
});
