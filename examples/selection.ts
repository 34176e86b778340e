import { describe } from '@jest/globals';

/** `describe` where Node has `node:sqlite`, which Node 20 has not; else a line says what is left out. */
export const describeSqlite = choose(
  process.getBuiltinModule('node:sqlite') !== undefined,
  'it needs Node 22.13 or later; npm run test:full runs it on each',
);

/** `describe` with `LATCHKEY_FULL=1`, since a server may have to be installed; else a line says what is left out. */
export const describePostgres = choose(process.env['LATCHKEY_FULL'] === '1', 'run with LATCHKEY_FULL=1');

/** The same on Linux, where a keychain can be had that is nobody's. */
export const describeKeychain = choose(
  process.env['LATCHKEY_FULL'] === '1' && process.platform === 'linux',
  'run with LATCHKEY_FULL=1 on Linux',
);

/** The same on Linux, in every run. */
export const describeLinux = choose(process.platform === 'linux', 'it needs Linux');

function choose(runs: boolean, remedy: string): (name: string, body: () => void) => void {
  return (name, body) => {
    if (!runs) console.warn(`Left out: ${name}; ${remedy}.`);
    (runs ? describe : describe.skip)(name, body);
  };
}
