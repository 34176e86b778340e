import assert from 'node:assert/strict';
import { LockTimeoutError } from '../../errors/index.js';
import type { HeldLock } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import {
  ada,
  assertRejects,
  expecting,
  type Outcome,
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
  const longer = lease * 1000 + Math.min(lease * 500, 200);
  return [
    {
      title: 'keeps a lock for longer than its lease while the task runs',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const outlive = async (held: HeldLock): Promise<boolean> => {
          await pause(longer);
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
      title: 'tells a holder that overslept its lease, and lets it free no lock of the next one',
      body: async (storage) => {
        const [second, third] = await Promise.all([fixture.reopen(storage), fixture.reopen(storage)]);
        await second.load(ada); // so that it need open nothing when the lease is over
        const once = { ...waiting(), timeout: 0 };
        // A holder that wakes up and renews before the next one has come has lost nothing.
        for (let tries = 0; tries < 3; tries++) {
          const seen: { theirs?: HeldLock | undefined; isTold: boolean } = { isTold: false };
          let next: Promise<Outcome> = Promise.resolve({});
          let leave = (): void => undefined;
          const takeOver = (found: (lock?: HeldLock) => void): void => {
            const stay = (lock: HeldLock): Promise<void> => {
              found(lock);
              return new Promise((resolve) => (leave = resolve));
            };
            next = outcomeOf(second.withLock(ada, stay, once));
            void next.then(() => found());
          };
          const oversleep = async (held: HeldLock): Promise<void> => {
            standStill(longer);
            seen.theirs = await new Promise<HeldLock | undefined>(takeOver);
            const end = performance.now() + lease * 500;
            while (seen.theirs && !held.signal.aborted && performance.now() < end) await pause(5);
            seen.isTold = held.signal.aborted;
          };
          await outcomeOf(storage.withLock(ada, oversleep, waiting()));
          const beside = await outcomeOf(third.withLock(ada, async () => 'in', once));
          const isTheirs = seen.theirs?.signal.aborted === false;
          leave();
          const { error } = await next;
          if (!(error instanceof LockTimeoutError)) assert.equal(error, undefined);
          if (!isTheirs) continue;
          const advice = 'renew and free a lease by its owner, not by its name alone';
          assert.ok(seen.isTold, `another has the lock, and who had it before was not told: ${advice}`);
          const isKept = beside.error instanceof LockTimeoutError;
          assert.ok(isKept, `who had lost the lock freed that of the next one: ${advice}`);
          return;
        }
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

/** Stands still, as where a machine sleeps: no timer runs. */
function standStill(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  } catch {
    // A page must not wait.
  }
  while (performance.now() < end);
}
