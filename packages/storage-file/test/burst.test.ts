import { describe } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { accounts, expectBurst } from '../../core/test/burst/expect-burst.js';
import { script } from './child.js';
import { makeFolder } from './folder.js';

describe(`${accounts} logins in a folder that are due at once in a process with 256 descriptors`, () => {
  expectBurst(() => {
    const folder = `${makeFolder()}/`;
    return {
      storage: new FileTokenStorage(folder, { perKey: true }),
      storageModule: script('burst-storage.mjs'),
      storageArguments: [folder],
    };
  });
});
