import { afterAll } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairOf } from '../../core/test/scenes/pair-of-processes.js';
import { describeTwoPrograms, type Place, testTwoProcesses } from '../../core/test/scenes/two-programs.js';
import { start } from './child.js';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-two-programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface FilePlace extends Place {
  readonly path: string;
  readonly perKey: boolean;
}

let made = 0;
const placesOf = (perKey: boolean) => ({
  hasOneRecord: !perKey,
  make(): FilePlace {
    const path = join(folder, `${++made}`, perKey ? '' : 'tokens.json');
    return { path, perKey, open: () => new FileTokenStorage(path, { perKey }) };
  },
});

const pair = () =>
  pairOf<FilePlace>(
    () => start('programs.mjs', [], { stdio: ['pipe', 'pipe', 'inherit'] }),
    ({ path, perKey }) => ({ path, perKey }),
  );

for (const [name, perKey] of [
  ['a file', false],
  ['files with perKey', true],
] as const) {
  describeTwoPrograms(name, placesOf(perKey));
  testTwoProcesses(name, placesOf(perKey), pair);
}
