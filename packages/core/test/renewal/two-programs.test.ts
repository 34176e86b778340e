import { KeyvTokenStorage, MemoryTokenStorage } from '@latchkey/core';
import Keyv from 'keyv';
import { describeTwoPrograms } from '../scenes/two-programs.js';

describeTwoPrograms('memory', {
  hasOneRecord: false,
  make() {
    const storage = new MemoryTokenStorage();
    return { open: () => storage };
  },
});

describeTwoPrograms('Keyv', {
  hasOneRecord: false,
  make() {
    const keyv = new Keyv();
    return { open: () => new KeyvTokenStorage(keyv, { lock: 'process' }) };
  },
});
