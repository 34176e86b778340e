import { describe } from '@jest/globals';

/** `describe` with `LATCHKEY_FULL=1`; without it the tests are listed as skipped, and a line says so. */
export function describeFull(name: string, body: () => void): void {
  const isWanted = process.env['LATCHKEY_FULL'] === '1';
  if (!isWanted) console.warn(`Left out: ${name}. Run with LATCHKEY_FULL=1.`);
  (isWanted ? describe : describe.skip)(name, body);
}
