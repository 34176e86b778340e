import assert from 'node:assert/strict';
import { LockTimeoutError } from '../../errors/index.js';
import type { HeldLock, LockOptions } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import {
  ada,
  assertHolds,
  assertRejects,
  expecting,
  type Outcome,
  outcomeOf,
  pause,
  type StorageCase,
  tokensOf,
  waiting,
} from './storage-case.js';

/** One holder at a time, whoever opened the place; waiters leave alone; nothing keeps the lock after its task. */
export function lockCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  return [
    {
      title: 'lets one task in at a time, across two openings',
      body: async (storage) => {
        const openings = [storage, await fixture.reopen(storage)];
        let inside = 0;
        let most = 0;
        const task = async (): Promise<void> => {
          most = Math.max(most, ++inside);
          await pause(4);
          inside--;
        };
        await Promise.all([0, 1, 2, 3, 4, 5].map((n) => (openings[n % 2] ?? storage).withLock(ada, task, waiting())));
        assert.equal(most, 1, `${most} tasks held the lock at once`);
      },
    },
    {
      title: 'shows the last save to each task under the lock',
      body: async (storage) => {
        const openings = [storage, await fixture.reopen(storage)];
        await storage.save(ada, tokensOf(ada, 1), expecting(0));
        const increase =
          (opening: S) =>
          async (lock: HeldLock): Promise<void> => {
            const stored = (await opening.load(ada))?.generation ?? 0;
            await pause(2);
            await opening.save(ada, tokensOf(ada, stored + 1), { reason: 'refresh', expected: stored, lock });
          };
        const turns = [0, 1, 2, 3, 4, 5].map((n) => openings[n % 2] ?? storage);
        await Promise.all(turns.map((opening) => opening.withLock(ada, increase(opening), waiting())));
        await assertHolds(storage, ada, tokensOf(ada, 7));
      },
    },
    {
      title: 'returns what the task returns, and holds the lock until then',
      body: async (storage) => {
        const task = async ({ signal }: HeldLock): Promise<boolean[]> => {
          const before = signal.aborted;
          await pause(5);
          return [before, signal.aborted];
        };
        assert.deepEqual(await storage.withLock(ada, task, waiting()), [false, false]);
      },
    },
    {
      title: 'leaves a task alone that has begun, though its signal is aborted and its timeout has passed',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const waited = new AbortController();
        const task = async ({ signal }: HeldLock): Promise<boolean> => {
          await pause(5);
          waited.abort(new Error('no longer needed'));
          await pause(150);
          await assertRejects(
            other.withLock(ada, async () => 'in', { ...waiting(), timeout: 0 }),
            'LOCK_TIMEOUT',
          );
          return signal.aborted;
        };
        assert.equal(await storage.withLock(ada, task, { signal: waited.signal, timeout: 0.1 }), false);
      },
    },
    {
      title: 'can be taken while the lock of a login is held, which lets one in at a time',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const busy: LockOptions = { ...waiting(), purpose: 'login' };
        const task = async (): Promise<unknown> => {
          const second = outcomeOf(other.withLock(`${ada}.login`, async () => 'in', { ...busy, timeout: 0 }));
          assert.ok((await second).error instanceof LockTimeoutError, 'two held the lock of a login');
          return other.withLock(ada, async () => 'beside', waiting());
        };
        assert.equal(await storage.withLock(`${ada}.login`, task, busy), 'beside');
      },
    },
    {
      title: 'passes the error of a task on, and frees the lock',
      body: async (storage) => {
        const failure = new Error('the task failed');
        const failing = storage.withLock(ada, () => Promise.reject(failure), waiting());
        assert.equal((await outcomeOf(failing)).error, failure);
        assert.equal(await storage.withLock(ada, async () => 'free', waiting()), 'free');
      },
    },
    {
      title: 'lets a waiter that is aborted leave alone, for good',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const leaving = new AbortController();
        const reason = new Error('gone');
        let entered = false;
        let stayed: Promise<Outcome> | undefined;
        const enter = async (): Promise<void> => void (entered = true);
        const waitBeside = async (held: HeldLock): Promise<void> => {
          const left = outcomeOf(other.withLock(ada, enter, { signal: leaving.signal, timeout: 3 }));
          stayed = outcomeOf(other.withLock(ada, async () => 'stayed', waiting()));
          await pause(20);
          leaving.abort(reason);
          assert.equal((await left).error, reason, 'the waiter did not leave with the reason of its signal');
          assert.equal(held.signal.aborted, false);
        };
        await storage.withLock(ada, waitBeside, waiting());
        assert.deepEqual(await stayed, { value: 'stayed' });
        assert.equal(entered, false);
      },
    },
    {
      title: 'does not begin for a signal that is aborted already',
      body: async (storage) => {
        const reason = new Error('gone');
        const task = () => Promise.reject(new Error('the task ran'));
        const left = storage.withLock(ada, task, { ...waiting(), signal: AbortSignal.abort(reason) });
        assert.equal((await outcomeOf(left)).error, reason);
      },
    },
    {
      title: 'lets a waiter leave that needs the lock no more when it is told of a release',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const leaving = new AbortController();
        const reason = new Error('done');
        const seen = { isReleased: false, isTold: false };
        const onRelease = async (): Promise<void> => {
          if (!seen.isReleased) return;
          seen.isTold = true;
          leaving.abort(reason);
        };
        let waiter: Promise<Outcome> | undefined;
        const waitBeside = async (): Promise<void> => {
          waiter = outcomeOf(other.withLock(ada, async () => 'in', { signal: leaving.signal, timeout: 3, onRelease }));
          await pause(20);
          seen.isReleased = true;
        };
        await storage.withLock(ada, waitBeside, waiting());
        const outcome = await waiter;
        assert.deepEqual(outcome, seen.isTold ? { error: reason } : { value: 'in' });
      },
    },
    {
      title: 'gives up when the lock is held for too long',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const task = () => Promise.reject(new Error('the task ran'));
        const waitBeside = (): Promise<void> =>
          assertRejects(other.withLock(ada, task, { ...waiting(), timeout: 0.1 }), 'LOCK_TIMEOUT');
        await storage.withLock(ada, waitBeside, waiting());
        assert.equal(await other.withLock(ada, async () => 'free', waiting()), 'free');
      },
    },
    {
      title: 'tries once when the timeout is 0',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const once = { ...waiting(), timeout: 0 };
        const tryBeside = (): Promise<void> =>
          assertRejects(
            other.withLock(ada, () => Promise.reject(new Error('the task ran')), once),
            'LOCK_TIMEOUT',
          );
        await storage.withLock(ada, tryBeside, waiting());
        assert.equal(await other.withLock(ada, async () => 'free', once), 'free');
      },
    },
  ];
}
