import { AuthFlowError } from './errors.js';
import type { HeldLock, LockOptions } from './lock.js';
import { storageError } from './storage-hooks.js';

/** How a task waits for its lock. */
export interface WaitOptions<T> {
  /** Seconds at most. */
  readonly timeout: number;
  /** Looks, after a release, whether the task need not run any more; what is found is then the result. */
  readonly lookAgain?: (() => Promise<T | undefined>) | undefined;
}

/**
 * Runs a task under a lock, and tells the lock's failures from the task's: what the task has done counts, even if only
 * the release failed.
 *
 * @throws what the task throws; as `Lock.withLock`; StorageUnavailableError for a lock that fails with anything else
 */
export async function runLocked<T>(
  withLock: (task: (lock: HeldLock) => Promise<T>, options: LockOptions) => Promise<T>,
  { timeout, lookAgain }: WaitOptions<T>,
  task: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const run: { begun?: true; result?: { readonly value: T } } = {};
  const waiting = new AbortController();
  const onRelease = async (): Promise<void> => {
    const value = await lookAgain?.().catch(() => undefined); // what stops the look stops the task in its turn
    if (value === undefined) return;
    run.result = { value };
    waiting.abort();
  };
  try {
    return await withLock(
      async (lock) => {
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
