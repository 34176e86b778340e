import { afterAll } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  describeTwoPrograms,
  type Outcome,
  type Place,
  type Program,
  testTwoProcesses,
} from '../../core/test/scenes/two-programs.js';
import { type Child, start } from './child.js';

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

/** A pair of processes, which run many programs in turn. */
function pair() {
  const children = [0, 1].map(() => start('programs.mjs', [], { stdio: ['pipe', 'pipe', 'inherit'] }));
  let runs = 0;
  return {
    run([one, two]: readonly [Program, Program], { path, perKey }: FilePlace) {
      const name = `run${++runs}`;
      const programs = [one, two];
      let asked = 0;
      return {
        async ask(program: 0 | 1): Promise<Outcome> {
          const child = children[program] as Child;
          const call = `${name}.${++asked}`;
          child.tell(JSON.stringify({ name, call, program: programs[program], path, perKey }));
          return JSON.parse((await child.says(`${call} `)).slice(call.length)) as Outcome;
        },
      };
    },
    stop: () => Promise.all(children.map((child) => child.kill())),
  };
}

for (const [name, perKey] of [
  ['a file', false],
  ['files with perKey', true],
] as const) {
  describeTwoPrograms(name, placesOf(perKey));
  testTwoProcesses(name, placesOf(perKey), pair);
}
