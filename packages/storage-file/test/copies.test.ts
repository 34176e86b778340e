import { afterAll, beforeAll, describe } from '@jest/globals';
import * as core from '@latchkey/core';
import * as installed from '@latchkey/storage-file';
import { join } from 'node:path';
import { CopiedPackages, type Copy, secondCopies } from '../../core/test/copies/copied-packages.js';
import { expectAsWithOneCopy } from '../../core/test/copies/two-copies.js';
import { makeFolder } from './folder.js';

type Files = typeof installed;

const one: Copy = { core, own: installed };
const files = ({ own }: Copy): Files => own as Files;

describe.each(secondCopies)('Two copies of core and storage-file, the second from its %s,', (kind) => {
  let copied: CopiedPackages;
  beforeAll(() => {
    copied = new CopiedPackages(kind, ['storage-file']);
  });
  afterAll(() => copied[Symbol.dispose]());
  const copies = async (): Promise<readonly [Copy, Copy]> => [one, await copied.copy('storage-file')];

  describe.each(['kernel', 'lockfile'] as const)('do as one over a file (%s):', (locking) => {
    expectAsWithOneCopy(copies, ({ storages: [first, second] }) => {
      const file = join(makeFolder(), 'tokens.json');
      return [
        new (files(first).FileTokenStorage)(file, { locking }),
        new (files(second).FileTokenStorage)(file, { locking }),
      ];
    });
  });

  describe('do as one over memory with fileLock:', () => {
    expectAsWithOneCopy(copies, ({ storages: [, second], lock }) => {
      const memory = new second.core.MemoryTokenStorage();
      const path = join(makeFolder(), 'lock');
      return [withLock(memory, files(lock).fileLock(path)), withLock(memory, installed.fileLock(path))];
    });
  });
});

function withLock(storage: core.TokenStorage, lock: core.Lock): core.TokenStorage {
  return {
    id: storage.id,
    load: (key) => storage.load(key),
    save: (key, tokens, context) => storage.save(key, tokens, context),
    delete: (key, context) => storage.delete(key, context),
    withLock: (key, task, options) => lock.withLock(key, task, options),
  };
}
