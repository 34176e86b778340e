import { describe, expect, test } from '@jest/globals';
import { fileLock } from '@latchkey/storage-file';
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, outcomeOf, start } from './child.js';
import { makeFolder } from './folder.js';
import { hold, key, waiting } from './some.js';
import { turnOf } from './turns.js';

if (process.platform !== 'linux') console.warn('Left out: a holder that is frozen; it needs Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip; // it has /proc
const path = (): string => join(makeFolder(), 'tokens.json');

/** How many calls of the file system a phase has. */
async function count(phase: string): Promise<number> {
  const { counted, taken } = await outcomeOf(start('frozen.mjs', [path(), phase, 0]));
  expect(taken).toBe('taken');
  return Number(counted);
}

const isStopped = (pid: number): boolean => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** Freezes a process before its n-th call, lets another have the lock meanwhile, and thaws it. */
async function freeze(phase: string, nth: number): Promise<{ where: string; taken: unknown; isHeld: boolean }> {
  const file = path();
  const frozen: Child = start('frozen.mjs', [file, phase, nth]);
  const where = await frozen.says('frozen');
  while (!isStopped(frozen.pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  const lock = fileLock(file, { locking: 'lockfile' });
  utimesSync(turnOf(file), 1, 1); // its last heartbeat is old
  // So many turns that the next two numbers are used and gone, too.
  for (const seconds of [10, 1, 1]) await lock.withLock(key, async () => undefined, waiting(seconds));
  const { lock: held, release } = await hold(lock);
  frozen.signal('SIGCONT');
  const { taken } = await outcomeOf(frozen);
  const isHeld = !held.signal.aborted;
  await release();
  await lock.withLock(key, async () => undefined, waiting(0));
  return { where, taken, isHeld };
}

describe('A process that freezes for longer than its lock file may be untouched, and thaws', () => {
  onLinux(
    'takes nothing away from the next holder, at whichever step of its release it froze',
    async () => {
      const calls = await count('release');
      expect(calls).toBeGreaterThan(2);
      const all = await Promise.all(Array.from({ length: calls }, (_, index) => freeze('release', index + 1)));
      expect(all.map(({ where, isHeld }) => `${where}: ${isHeld ? 'held' : 'taken away'}`)).toEqual(
        all.map(({ where }) => `${where}: held`),
      );
    },
    60_000,
  );

  onLinux(
    'is not let in beside the next holder, at whichever step of taking the lock it froze',
    async () => {
      const calls = await count('take');
      expect(calls).toBeGreaterThan(10);
      for (let first = 1; first <= calls; first += 8) {
        const lot = Array.from({ length: Math.min(8, calls - first + 1) }, (_, index) => freeze('take', first + index));
        for (const { where, taken, isHeld } of await Promise.all(lot)) {
          expect(`${where}: ${isHeld ? 'held' : 'taken away'}`).toBe(`${where}: held`);
          expect([where, taken]).not.toEqual([where, 'taken']);
        }
      }
    },
    180_000,
  );
});
