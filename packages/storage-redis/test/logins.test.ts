import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RedisServer } from './redis-server.js';

interface Cell {
  readonly storage: string;
  readonly grant: string;
  readonly grace: number;
  readonly outage: string;
  readonly callers: string;
  readonly length: string;
  readonly counts: Readonly<Record<string, number>>;
}

const folder = join(import.meta.dirname, '../../../scripts/reliability/logins');
const withoutRule = ['--import', pathToFileURL(join(folder, 'give-up.mjs')).href];
const seed = Number(process.env['LATCHKEY_SEED'] ?? Date.now() % 1_000_000);
let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.kill());

async function play(part: string, options: readonly string[] = []): Promise<Cell[]> {
  const run = [...options, join(folder, 'print.mjs'), redis.url, String(seed), part];
  const { stdout } = await promisify(execFile)(process.execPath, run, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as Cell[];
}

function sum(cells: readonly Cell[], name: string): number {
  return cells.reduce((total, { counts }) => total + (counts[name] ?? NaN), 0);
}

describe(`The logins of docs/reliability.md (seed ${seed})`, () => {
  test('can be used when an outage is over just where the server honours them, and nobody is asked to log in', async () => {
    const cells = await play('short');
    expect(cells.length).toBeGreaterThan(35);
    for (const { counts, ...cell } of cells) {
      const { unlike, asked, left, longPauses, reuses } = counts;
      expect({ ...cell, unlike, asked, left, longPauses, reuses }).toEqual({
        ...cell,
        ...{ unlike: 0, asked: 0, left: 0, longPauses: 0, reuses: 0 },
      });
    }
    expect(sum(cells, 'usable')).toBeGreaterThan(100);
  });

  test('of every flow meet a process that is killed', async () => {
    const program = `
      const { pairsPlan } = await import('${pathToFileURL(join(folder, 'plan.mjs')).href}');
      const outages = [{ name: 'one' }, { name: 'another' }, { name: 'killed', kills: true }];
      const cells = pairsPlan(outages, 1);
      const killed = cells.filter(({ outage }) => outage.kills);
      console.log(new Set(cells.map(({ grant }) => grant)).size, new Set(killed.map(({ grant }) => grant)).size);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('7 7\n');
  });

  test('are honoured and cannot be used where silence ends them: the measure shows it', async () => {
    const cells = await play('silences', withoutRule);
    expect(sum(cells, 'honoured')).toBeGreaterThan(sum(cells, 'usable'));
    expect(sum(cells, 'asked')).toBeGreaterThan(0);
  });
});
