import { describe, expect, test } from '@jest/globals';
import type { Locking } from '@latchkey/storage-file';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, run, script, start } from './child.js';
import { makeFolder } from './folder.js';

const kinds: Locking[] = ['kernel', 'lockfile'];
const processes = 6;
const sections = 40;
const rounds = 30;

async function count(locking: string): Promise<number> {
  const file = join(makeFolder(), 'number');
  writeFileSync(file, '0');
  const args = [script('count.mjs'), file, locking, String(sections)];
  const children = Array.from({ length: processes }, () => run(process.execPath, args));
  await Promise.all(children.map((child) => child.says('counted')));
  return Number(readFileSync(file, 'utf8'));
}

describe('Six processes that add to one number', () => {
  test.each(kinds)('lose nothing under a lock (%s)', async (locking) => {
    expect(await count(locking)).toBe(processes * sections);
  });

  test('lose something without, or the test above would show nothing', async () => {
    let least = Infinity; // processes that do not overlap by chance lose nothing
    for (let tries = 0; tries < 5 && least >= processes * sections; tries++)
      least = Math.min(least, await count('none'));
    expect(least).toBeLessThan(processes * sections);
  });
});

describe('Six processes that are killed while they hold a lock or wait for it', () => {
  test.each(kinds)(
    'are never inside together (%s)',
    async (locking) => {
      const file = join(makeFolder(), 'log');
      appendFileSync(file, '');
      const children: Child[] = [];
      const dead = new Set<number>();
      const refill = (): void => {
        while (children.length < processes) children.push(start('enter.mjs', [file, locking]));
      };
      for (let kills = 0; kills < rounds; kills++) {
        refill();
        const inside = await nextInside(file);
        const holder = children.findIndex(({ pid }) => pid === inside);
        const [victim] = children.splice(kills % 3 === 0 || holder < 0 ? kills % processes : holder, 1);
        await victim?.kill();
        dead.add(victim?.pid ?? 0);
      }
      await Promise.all(children.map((child) => child.kill()));
      const { entered, cutShort } = assertAlone(readFileSync(file, 'utf8'), dead);
      expect(entered).toBeGreaterThan(rounds);
      expect(cutShort).toBeGreaterThan(0);
    },
    180_000,
  );
});

/** Waits until the log has grown, and tells who entered last. */
async function nextInside(file: string): Promise<number> {
  const before = readFileSync(file).length;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const text = readFileSync(file, 'utf8');
    const last = text.trim().split('\n').at(-1);
    if (text.length > before && last?.startsWith('enter')) return Number(last.split(' ')[1]);
  }
}

/** Who entered must leave before another enters, unless it was killed; and the killed never leave later. */
function assertAlone(log: string, dead: ReadonlySet<number>): { entered: number; cutShort: number } {
  let inside: string | undefined;
  let [entered, cutShort] = [0, 0];
  for (const line of log.trim().split('\n')) {
    const [verb, ...who] = line.split(' ');
    if (verb === 'enter') {
      const pid = Number(inside?.split(' ')[0]);
      if (inside !== undefined && !dead.has(pid)) throw new Error(`${inside} was inside when ${line}`);
      if (inside !== undefined) cutShort++;
      inside = who.join(' ');
      entered++;
    } else {
      if (who.join(' ') !== inside) throw new Error(`${line}, but inside was ${inside}`);
      inside = undefined;
    }
  }
  return { entered, cutShort };
}
