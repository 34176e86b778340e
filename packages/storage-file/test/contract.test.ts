import { describe, test } from '@jest/globals';
import { describeTokenStorage } from '@latchkey/core/testing';
import { FileTokenStorage, type FileTokenStorageOptions } from '@latchkey/storage-file';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

for (const locking of ['kernel', 'lockfile'] as const) {
  for (const perKey of [false, true]) {
    const options: FileTokenStorageOptions = { locking, perKey };
    describeTokenStorage(
      `FileTokenStorage, ${perKey ? 'a file per key' : 'one file'}, ${locking}`,
      { describe, test },
      {
        async create() {
          const folder = mkdtempSync(join(tmpdir(), 'latchkey-contract-'));
          return new FileTokenStorage(perKey ? join(folder, 'tokens') : join(folder, 'tokens', 'ada.json'), options);
        },
        async reopen(storage) {
          return new FileTokenStorage(storage.id, options);
        },
        async reopenWith(storage, codec) {
          return new FileTokenStorage(storage.id, { ...options, codec });
        },
        async dispose(storage) {
          rmSync(home(storage, perKey), { recursive: true, force: true });
        },
        async breakIt(storage) {
          const folder = perKey ? storage.id : dirname(storage.id);
          rmSync(folder, { recursive: true });
          writeFileSync(folder, 'not a folder');
        },
        manyKeys: perKey,
        storageModule: join(import.meta.dirname, 'children/torture-storage.mjs'),
        storageArguments: ({ id }) => [id, locking, String(perKey)],
      },
    );
  }
}

function home(storage: FileTokenStorage, perKey: boolean): string {
  return dirname(perKey ? storage.id : dirname(storage.id));
}
