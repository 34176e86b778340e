import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { RedisServer } from './redis-server.js';

interface Counts {
  readonly reuses: number;
  readonly lost: number;
  readonly left: number;
  readonly excusedReuses: number;
}
interface FaultTables {
  readonly tables: readonly {
    readonly place: string;
    readonly rows: readonly { readonly name: string; readonly guarded: boolean; readonly cells: readonly Counts[] }[];
  }[];
}

const program = join(import.meta.dirname, '../../../scripts/reliability/faults/print.mjs');
const seed = Number(process.env['LATCHKEY_SEED'] ?? Date.now() % 1_000_000);
const chosen = [
  'nothing',
  'connection cut after the server acted',
  'saves fail, while it lasts',
  'clock set back by a day',
];
let redis: RedisServer | undefined;

afterEach(() => redis?.kill());

describe(`The faults of docs/reliability.md (seed ${seed})`, () => {
  test('lose no login, reuse no refresh token and leave no caller, and do so without the lock', async () => {
    redis = await RedisServer.start();
    const run = [program, redis.url, String(seed), '1', ...chosen];
    const { stdout } = await promisify(execFile)(process.execPath, run);
    const { tables } = JSON.parse(stdout) as FaultTables;
    expect(tables).toHaveLength(5);
    for (const { place, rows } of tables) {
      expect(rows.map(({ name }) => name)).toEqual([...chosen, 'nothing, but without the lock']);
      for (const { name, guarded, cells } of rows) {
        const sum = (count: keyof Counts): number => cells.reduce((total, cell) => total + cell[count], 0);
        const found = { place, name, reuses: sum('reuses'), lost: sum('lost'), left: sum('left') };
        if (guarded) expect(found).toEqual({ place, name, reuses: 0, lost: 0, left: 0 });
        else expect(found.reuses).toBeGreaterThan(0);
        if (name.includes('after the server acted')) expect(sum('excusedReuses')).toBeGreaterThan(0);
      }
    }
  });

  test('count as left a caller to whom an honoured login stays suspect', async () => {
    const round = new URL('round.mjs', pathToFileURL(program)).href;
    const play = `
      const { LoginRequiredError } = await import('@latchkey/core');
      const { playRound } = await import('${round}');
      const refuse = async () => {
        throw new LoginRequiredError({ code: 'REFRESH_TOKEN_SUSPECT' });
      };
      const flow = { getAccessTokenRefreshIfNecessary: refuse };
      const nothing = () => undefined;
      const login = {
        flows: [flow, flow],
        server: { ledger: { clear: nothing, entries: [] }, nextAnswers: nothing, clearFaults: nothing },
        faults: { end: nothing },
        witness: { arrived: nothing, count: () => ({ reuses: 0, excusedReuses: 0 }), hasUnsaved: () => false },
        clock: { now: () => 0, set: nothing },
        expire: nothing,
        isInteractive: true,
        isHonoured: async () => true,
      };
      const { left } = await playRound(login, { strike: nothing }, { index: () => 0, shuffle: (list) => list });
      console.log(left);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', play]);
    expect(stdout).toBe('2\n');
  });
});
