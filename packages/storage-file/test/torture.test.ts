import { describe, expect, test } from '@jest/globals';
import { isUnharmed, runTorture, type TortureOptions, type TortureResult, tortureTable } from '@latchkey/core/testing';
import { join } from 'node:path';
import { script } from './child.js';
import { makeFolder } from './folder.js';

const hits = Number(process.env['LATCHKEY_HITS'] ?? (process.env['LATCHKEY_FULL'] === '1' ? 2 : 1));
const seed = Number(process.env['LATCHKEY_SEED'] ?? Date.now() % 1_000_000);

const torture = (locking: string, changes: Partial<TortureOptions> = {}): Promise<TortureResult> =>
  runTorture({
    storageModule: script('torture-storage.mjs'),
    storageArguments: [join(makeFolder(), 'tokens.json'), locking],
    processes: 3,
    hits,
    seed,
    lockTimeout: 0.5,
    ...changes,
  });

function assertUnharmed(result: TortureResult): void {
  if (!isUnharmed(result)) throw new Error(tortureTable(result));
}

describe(`Processes that are killed and frozen while they renew one login in a file (seed ${seed})`, () => {
  test('reuse no refresh token, lose no login, tear no record and leave no caller, with both kinds of lock', async () => {
    const [auto, lockfile] = await Promise.all([torture('auto'), torture('lockfile', { profile: { grace: 60 } })]);
    assertUnharmed(auto);
    assertUnharmed(lockfile);
    expect(lockfile.totals).toMatchObject({ excusedReuses: 0, excusedLogins: 0 });
  });

  test('do harm without the lock, or the test above would show nothing', async () => {
    const { totals } = await torture('kernel', { hits: 1, lock: false });
    expect(totals.doubleOwners).toBeGreaterThan(0);
    expect(totals.reuses).toBeGreaterThan(0);
    expect(totals.lostLogins).toBeGreaterThan(0);
  });
});
