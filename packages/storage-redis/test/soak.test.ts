import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
if (process.platform !== 'linux') console.warn('Left out: a soak whose process is killed, by /proc; it needs Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip;
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

  onLinux('notices a process that is ended by somebody else, such as a kernel without memory', async () => {
    redis = await RedisServer.start();
    const args = [join(folder, 'soak.mjs'), '--minutes', '0.1', '--flows', '70', '--redis', redis.url];
    const soak = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    soak.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const closed = once(soak, 'close');
    const { pid = 0 } = soak;
    const children = (): string[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    while (children().length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(Number(children()[0]), 'SIGKILL');
    await closed;
    expect(output.trim().split('\n').at(-1)).toContain('1 unexpected ends of a process');
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
