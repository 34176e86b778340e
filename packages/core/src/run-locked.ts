import { AuthFlowError } from './errors.js';
import type { HeldLock, LockOptions } from './lock.js';
import { storageError } from './storage-hooks.js';

/**
 * Runs a task under a lock, and tells the lock's failures from the task's: what the task has done counts, even if only
 * the release failed.
 *
 * @throws what the task throws; as `Lock.withLock`; StorageUnavailableError for a lock that fails with anything else
 */
export async function runLocked<T>(
  withLock: (task: (lock: HeldLock) => Promise<T>, options: LockOptions) => Promise<T>,
  timeout: number,
  task: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const run: { begun?: true; result?: { readonly value: T } } = {};
  try {
    return await withLock(
      async (lock) => {
        run.begun = true;
        run.result = { value: await task(lock) };
        return run.result.value;
      },
      { signal: new AbortController().signal, timeout },
    );
  } catch (error) {
    if (run.result) return run.result.value;
    if (run.begun || error instanceof AuthFlowError) throw error;
    throw storageError('The lock could not be taken.', error);
  }
}
