import { describe, expect, test } from '@jest/globals';
import { fileLock } from '@latchkey/storage-file';
import { join } from 'node:path';
import { outcomeOf, run, script, start } from './child.js';
import { makeFolder } from './folder.js';
import { key, waiting } from './some.js';
import { abandoned, readTurn, turnOf } from './turns.js';

const path = (): string => join(makeFolder(), 'tokens.json');
if (process.platform !== 'linux') console.warn('Left out: who a lock names once it can look; it needs Linux.');
const onLinux = process.platform === 'linux' ? test : test.skip;

/** What a program gets that has so many descriptors left, and what once it has more. */
function attempt(file: string, locking: string, left: number): Promise<Record<string, unknown>> {
  const args = [process.execPath, script('out-of-descriptors.mjs'), file, locking, String(left)];
  return outcomeOf(run('sh', ['-c', 'ulimit -n 512; exec "$@"', 'sh', ...args]));
}

describe('A lock of a program whose descriptors have run out', () => {
  test.each(['kernel', 'lockfile'] as const)(
    'is the storage out of reach for a while, however few are left, and nothing that is to be changed (%s)',
    async (locking) => {
      const file = path();
      await fileLock(file, { locking }).withLock(key, async () => undefined, waiting(1));
      const outcomes = [];
      for (const left of [0, 1, 2, 3]) outcomes.push(await attempt(file, locking, left));
      const outOfReach = { code: 'STORAGE_UNAVAILABLE', retryable: true, message: expect.stringContaining('(EMFILE)') };
      expect(outcomes.map(({ afterwards }) => afterwards)).toEqual(outcomes.map(() => 'entered'));
      expect(outcomes.slice(0, 2).map(({ without }) => without)).toEqual([outOfReach, outOfReach]);
      for (const { without } of outcomes) expect(['entered', outOfReach]).toContainEqual(without);
      expect(outcomes.map(({ kept }) => kept)).toEqual([0, 0, 0, 0]);
    },
  );

  onLinux('names its process so that others on this machine know it, once it can look who it is', async () => {
    const { owner } = await abandoned();
    const file = path();
    const child = start('enter-once.mjs', [file, 'lockfile', 1, 'no-proc-at-first']);
    expect(await child.says('outcome')).toBe('outcome entered');
    const [, ...known] = owner.host.split(' ');
    expect(readTurn(turnOf(file)).owner.host.split(' ')).toEqual(['elsewhere', ...known]);
  });
});
