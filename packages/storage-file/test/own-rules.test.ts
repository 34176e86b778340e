import { describe, expect, jest } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outcomeOf, start } from './child.js';
import { modeOf } from './folder.js';
import { mountBindfs, whereMounts } from './mounts.js';
import { key, overwriting, someTokens, waiting } from './some.js';

const warnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

describe('A folder with rules of its own, as vfat and CIFS have them,', () => {
  whereMounts('bindfs')('that refuses or ignores changes of modes is used, with one warning', async () => {
    // Both at once, since the warning is one for each file system, whose numbers are used again.
    const mirrors = ['--chmod-deny', '--chmod-ignore'].map((option) => mountBindfs(option, '--perms=0644:+X').mirror);
    for (const mirror of mirrors) {
      const emitted = warnings();
      const storage = new FileTokenStorage(join(mirror, 'tokens.json'));
      const save = (lock: typeof overwriting.lock) => storage.save(key, someTokens(1), { ...overwriting, lock });
      for (const _ of [1, 2]) await storage.withLock(key, save, waiting(1));
      expect((await storage.load(key))?.generation).toBe(1);
      expect(modeOf(storage.id)).toBe('644');
      const told = emitted.mock.calls.filter(([, options]) => JSON.stringify(options).includes('TOKEN_FILE_EXPOSED'));
      expect(told).toHaveLength(1);
      expect(told[0]?.[0]).toContain(`${mirror} is on a file system that keeps no permissions`);
      emitted.mockRestore();
    }
  });

  whereMounts('bindfs')('that is private by its mount brings no warning', async () => {
    const { mirror } = mountBindfs('--chmod-deny', '--perms=0600:+X');
    const emitted = warnings();
    await new FileTokenStorage(join(mirror, 'tokens.json')).withLock(key, async () => undefined, waiting(1));
    expect(emitted.mock.calls).toEqual([]);
    emitted.mockRestore();
  });

  whereMounts('bindfs')('that gives files to another user is refused as that, before a task runs', async () => {
    const { native, mirror } = mountBindfs('-o', 'allow_other', '--force-user=daemon', '--perms=0777');
    for (const folder of [dirname(native), native]) chmodSync(folder, 0o777);
    const path = join(mirror, 'tokens.json');
    const outcome = await outcomeOf(start('attempt.mjs', [path, 'auto'], { uid: 65534, gid: 65534 }));
    const failure = { name: 'StorageUnavailableError', retryable: false };
    expect(outcome).toMatchObject({ locked: failure, ran: false });
    expect(JSON.stringify(outcome['locked'])).toMatch(/gives new files to user 1, not to 65534 who makes them/);
  });
});
