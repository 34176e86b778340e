import assert from 'node:assert/strict';
import { LockTimeoutError } from '../../errors/index.js';
import type { HeldLock } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import {
  ada,
  assertRejects,
  expecting,
  outcomeOf,
  pause,
  type StorageCase,
  tokensOf,
  waiting,
} from './storage-case.js';

/** A lease is renewed for whoever is at work, and `save` is the guard where one was lost all the same. */
export function leaseCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  const { lease } = fixture;
  if (lease === undefined) return [];
  return [
    {
      title: 'keeps a lock for longer than its lease while the task runs',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const outlive = async (held: HeldLock): Promise<boolean> => {
          await pause(lease * 1500);
          const beside = await outcomeOf(other.withLock(ada, async () => 'in', { ...waiting(), timeout: 0 }));
          if (beside.error instanceof LockTimeoutError) return true;
          assert.equal(beside.error, undefined);
          assert.ok(held.signal.aborted, 'another got the lock, and its holder, who is at work, was not told');
          return false;
        };
        // A machine that is busy for longer than a lease loses it too, and a holder that is told of it is no fault.
        for (let tries = 0; tries < 3; tries++) if (await storage.withLock(ada, outlive, waiting())) return;
        assert.fail('the lock is lost when its lease ends: renew the lease while the task runs');
      },
    },
    {
      title: 'keeps one of the saves that are made at once onto one generation, and refuses the others',
      body: async (storage) => {
        const openings = [storage, ...(await Promise.all([1, 2, 3].map(() => fixture.reopen(storage))))];
        for (let round = 0; round < 10; round++) {
          const save = (opening: S, n: number): Promise<void> =>
            opening.save(ada, tokensOf(ada, round + 1, { scope: `of ${n}` }), expecting(round));
          const saves = openings.map(save);
          const outcomes = await Promise.all(saves.map(outcomeOf));
          const kept = outcomes.flatMap(({ error }, n) => (error === undefined ? [`of ${n}`] : []));
          assert.equal(kept.length, 1, `${kept.length} of 4 saves at once were kept: compare and write in one step`);
          const refused = saves.filter((_, n) => outcomes[n]?.error !== undefined);
          for (const each of refused) await assertRejects(each, 'STORAGE_CONFLICT');
          assert.equal((await storage.load(ada))?.scope, kept[0]);
        }
      },
    },
  ];
}
