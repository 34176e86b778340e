import { longestTimer } from '../platform/clock.js';
import { AuthFlowError } from '../errors/index.js';
import type { HeldLock, LockOptions } from '../storage/lock.js';
import { storageError } from './storage-access.js';
import { untilAborted } from '../platform/waiting.js';

/** How a task waits for its lock. */
export interface WaitOptions<T> {
  /** Seconds at most. */
  readonly timeout: number;
  /** Looks, after a release, whether the task need not run any more; what is found is then the result. */
  readonly whileWaiting?: (() => Promise<T | undefined>) | undefined;
}

/**
 * Runs a task under a lock, and tells the lock's failures from the task's: what the task has done counts, even if only
 * the release failed.
 *
 * @throws what the task throws; as `Lock.withLock`; StorageUnavailableError for a lock that fails with anything else
 */
export async function runLocked<T>(
  withLock: (task: (lock: HeldLock) => Promise<T>, options: LockOptions) => Promise<T>,
  { timeout, whileWaiting }: WaitOptions<T>,
  task: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const run: { begun?: true; result?: { readonly value: T } } = {};
  const waiting = new AbortController();
  const deadline = performance.now() + timeout * 1000;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const left = Math.ceil(Math.min(Math.max(deadline - performance.now(), 0), longestTimer));
    const found = whileWaiting && untilAborted(AbortSignal.timeout(left), whileWaiting());
    const value = await found?.catch(() => undefined); // what stops the look stops the task in its turn
    if (value === undefined) return;
    run.result = { value };
    waiting.abort();
  };
  const onRelease = async (): Promise<void> => {
    if (!run.begun && !run.result) await (looking ??= look().finally(() => (looking = undefined)));
  };
  try {
    return await withLock(
      async (lock) => {
        await looking; // of a lock that did not wait for it
        if (run.result) return run.result.value;
        run.begun = true;
        run.result = { value: await task(lock) };
        return run.result.value;
      },
      { signal: waiting.signal, timeout, onRelease },
    );
  } catch (error) {
    if (run.result) return run.result.value;
    if (run.begun || error instanceof AuthFlowError) throw error;
    throw storageError('The lock could not be taken.', error);
  }
}
