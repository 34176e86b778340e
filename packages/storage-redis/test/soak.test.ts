import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RedisServer } from './redis-server.js';

interface Vitals {
  readonly heap: number;
  readonly handles: number;
  readonly files: number;
}

const folder = join(import.meta.dirname, '../../../scripts/reliability');
let redis: RedisServer | undefined;

afterEach(() => redis?.kill());

describe('The soak', () => {
  test('sees no reuse, lost login, stuck caller and temporary file in a short run', async () => {
    redis = await RedisServer.start();
    const args = [join(folder, 'soak.mjs'), '--minutes', '0.1', '--flows', '70', '--redis', redis.url];
    const { stdout } = await promisify(execFile)(process.execPath, args).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout.trim().split('\n').at(-1)).toBe('Verdict: good.');
  });

  test('counts what is held beside the heap', async () => {
    const program = `
      const { measure } = await import('${pathToFileURL(join(folder, 'soak/vitals.mjs')).href}');
      const before = await measure();
      const held = Buffer.alloc(64 * 2 ** 20);
      const after = await measure();
      console.log(Math.round((after.heap - before.heap) / held.length));`;
    const args = ['--expose-gc', '--input-type=module', '--eval', program];
    expect((await promisify(execFile)(process.execPath, args)).stdout).toBe('1\n');
  });

  test('tells growth from what comes and goes', async () => {
    const { whatGrew } = (await import(pathToFileURL(join(folder, 'soak/flatness.mjs')).href)) as {
      whatGrew: (samples: readonly Vitals[]) => string[];
    };
    const samples = (heap: (n: number) => number, handles: (n: number) => number): Vitals[] =>
      Array.from({ length: 60 }, (_, n) => ({ heap: heap(n) * 2 ** 20, handles: handles(n), files: 30 + handles(n) }));
    const wavering = (n: number): number => 20 + (n % 4);
    expect(whatGrew(samples(wavering, wavering))).toEqual([]);
    expect(whatGrew(samples((n) => 20 + n / 4, wavering))).toEqual([expect.stringMatching(/^heap grew/)]);
    expect(whatGrew(samples(wavering, (n) => n))).toEqual(['handles grew from 22 to 52', 'files grew from 52 to 82']);
  });
});
