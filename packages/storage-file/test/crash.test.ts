import { describe, expect, test } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { readFileSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { outcomeOf, run, script, start } from './child.js';
import { leftovers, makeFolder } from './folder.js';
import { key, waiting } from './some.js';
import { abandoned } from './turns.js';

const kills = Number(process.env['LATCHKEY_KILLS'] ?? 24);
const seed = Number(process.env['LATCHKEY_SEED'] ?? Date.now() % 1_000_000);

describe('FileTokenStorage, when its process is killed,', () => {
  test(`holds the old or the new record after each of ${kills} kills, and never goes back (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const killed = await Promise.all([0, 1].map(() => killSavers(Math.ceil(kills / 2), random)));
    expect(killed.reduce((sum, { saves }) => sum + saves, 0)).toBeGreaterThan(kills);
  }, 300_000);

  test('leaves files behind that the next process removes, and no others', async () => {
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'), { locking: 'lockfile' });
    const killed = start('hold.mjs', [storage.id, 'lockfile']);
    await killed.says('held');
    await killed.kill();
    const tag = await tagOf(storage);
    const nonce = '0123456789abcdef.tmp';
    const files = {
      dead: `${tag}.${killed.pid}`,
      alive: `${tag}.${process.pid}`,
      old: '00000000.1',
      fresh: '00000000.2',
    };
    const places = ['tokens.json', 'tokens.json.lockfile/1'];
    for (const place of places) {
      for (const name of Object.values(files)) writeFileSync(join(folder, `${place}.${name}.${nonce}`), 'secret');
      utimesSync(join(folder, `${place}.${files.old}.${nonce}`), 1, 1);
    }
    await start('hold.mjs', [storage.id, 'lockfile']).says('held');
    const { alive, fresh, dead } = files;
    const stay = process.platform === 'linux' ? [alive, fresh] : [alive, fresh, dead]; // for an hour
    const kept = places.flatMap((place) => stay.map((name) => `${place}.${name}.${nonce}`));
    expect(leftovers(folder).sort()).toEqual(kept.sort());
  });

  test('has its files removed by no process that can tell its own host by nothing but the name', async () => {
    const { file, owner } = await abandoned();
    const name = `tokens.json.1816c98b.${owner.pid}.0123456789abcdef.tmp`; // of a host that is called elsewhere
    writeFileSync(join(file, '..', name), 'secret');
    await start('enter-once.mjs', [file, 'lockfile', 0, 'no-proc']).says('outcome');
    expect(leftovers(join(file, '..'))).toEqual([name]);
  });

  test('has the content on the disk before its name, and the name before it resolves', async () => {
    const calls = await callsOf(1);
    expect(calls.map(({ name, file }) => (file === 'folder' ? `${name} folder` : name))).toEqual([
      'writeFileSync',
      'fsyncSync',
      'renameSync',
      'fsyncSync folder',
      'saved',
    ]);
  });

  test('has them there in the same order among others, whom the disk holds up no more', async () => {
    const calls = await callsOf(3);
    const savers = new Set(calls.map(({ by }) => by));
    expect(savers.size).toBe(3);
    for (const saver of savers) {
      const own = calls.filter(({ by, file }) => by === saver && file !== 'folder').map(({ name }) => name);
      expect(own).toEqual(['writeFileSync', 'fsync', 'fsync done', 'renameSync', 'saved']);
      const placeOf = (wanted: string): number => calls.findIndex(({ name, by }) => name === wanted && by === saver);
      const between = calls.slice(placeOf('renameSync'), placeOf('saved')).filter(({ file }) => file === 'folder');
      expect(between.map(({ name }) => name).join()).toContain('fsync,fsync done');
    }
  });

  test.each([
    [1, ['writeFileSync', 'fsyncSync', 'linkSync']],
    [3, ['writeFileSync', 'fsync', 'fsync done', 'linkSync']],
  ])('has on the disk how all lock here, before others can read it (%i at once)', async (count, order) => {
    const calls = await callsOf(count, 'marker');
    for (const saver of new Set(calls.map(({ by }) => by))) {
      const own = calls.filter(({ by }) => by === saver).map(({ name }) => name);
      expect(own.slice(0, own.indexOf('linkSync') + 1)).toEqual(order);
    }
  });

  test('has saved where a folder cannot be synchronised, whose descriptor counts as a bad one then', async () => {
    const args = ['--import', script('unsynced-folders.mjs'), script('attempt.mjs')];
    const outcome = await outcomeOf(run(process.execPath, [...args, join(makeFolder(), 'tokens.json'), 'lockfile']));
    expect(outcome).toMatchObject({ locked: 'ok', saved: 'ok', generation: 3 });
  });

  test('shares a flush of the folder among all who asked before it began', async () => {
    expect(await outcomeOf(start('sync-folder.mjs', [makeFolder()]))).toEqual({
      told: { first: 1, second: 'EIO of 2', third: 'EIO of 2', fourth: 3, fifth: 3, late: 4 },
      flushes: 4,
    });
  });
});

/** The calls that make so many saves durable, which are under way at once in a process. */
interface TracedCall {
  readonly name: string;
  readonly file: string;
  /** The number of the save that it is part of. */
  readonly by: number;
}

async function callsOf(count: number, from = 'save'): Promise<TracedCall[]> {
  const { calls } = await outcomeOf(start('trace.mjs', [makeFolder(), String(count), from]));
  return calls as TracedCall[];
}

/** The mark of this machine in the names of temporary files, as one is seen that is being written. */
async function tagOf(storage: FileTokenStorage): Promise<string> {
  const watcher = watch(`${storage.id}.lockfile`);
  const seen = once(watcher, 'change') as Promise<[string, string]>;
  await storage.withLock(key, async () => undefined, waiting(20));
  const [, name] = await seen;
  watcher.close();
  return /\.([0-9a-f]{8})\.\d+\.[0-9a-f]{16}\.tmp/.exec(name)?.[1] ?? '';
}

/** Starts savers one after another and kills each at a random moment; checks the file while they run and after. */
async function killSavers(rounds: number, random: () => number): Promise<{ saves: number }> {
  const folder = makeFolder();
  const storage = new FileTokenStorage(join(folder, 'tokens.json'));
  let last = 0;
  for (let round = 0; round < rounds; round++) {
    const child = start('save.mjs', [storage.id, key]);
    await child.says('saved');
    const end = performance.now() + 5 + random() * 25;
    while (performance.now() < end) {
      assertWhole(storage.id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await child.kill();
    const acknowledged = Number(child.lines.at(-1)?.slice('saved '.length));
    const found = assertWhole(storage.id);
    expect(acknowledged).toBeGreaterThan(last);
    expect(found - acknowledged === 0 || found - acknowledged === 1).toBe(true);
    last = found;
  }
  return { saves: last };
}

function assertWhole(path: string): number {
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> & {
    latchkey: { generation: number };
  };
  const { generation } = record.latchkey;
  expect(record['refresh_token']).toBe(String(generation).repeat(2000));
  return generation;
}

/** Small, seedable, good enough for moments (mulberry32). */
function randomFrom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
