import { describe } from '@jest/globals';

const isFull = process.env['LATCHKEY_FULL'] === '1';

/** `describe` with `LATCHKEY_FULL=1`; without it the tests are listed as skipped, and a line says so. */
export function describeFull(name: string, body: () => void): void {
  if (!isFull) console.warn(`Left out: ${name}. Run with LATCHKEY_FULL=1.`);
  (isFull ? describe : describe.skip)(name, body);
}
