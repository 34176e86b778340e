import type { HeldLock, LockOptions } from '@latchkey/core';
import { dirname } from 'node:path';
import type { OwnedLock } from './contender.js';
import { KernelContender } from './kernel-lock.js';
import type { Locking } from './locking-kind.js';
import { waitForLock } from './lock-wait.js';
import { LockfileContender } from './lockfile-lock.js';
import { makePrivateFolder } from '../file/private-folder.js';
import { storageFault } from '../file/storage-fault.js';
import { sweepOnce } from '../file/temporary-file.js';

/** Runs a task under the lock of a file; see `Lock` of `@latchkey/core`. */
export async function withFileLock<T>(
  file: string,
  locking: Locking,
  task: (lock: HeldLock) => Promise<T>,
  options: LockOptions,
): Promise<T> {
  options.signal.throwIfAborted();
  const owned = await take(file, locking, options);
  try {
    return await task(owned.lock);
  } finally {
    owned.release();
  }
}

async function take(file: string, locking: Locking, options: LockOptions): Promise<OwnedLock> {
  try {
    makePrivateFolder(dirname(file));
    sweepOnce(dirname(file));
    const marker = `${file}.lock`;
    const contender =
      locking === 'kernel' ? new KernelContender(marker) : new LockfileContender(`${file}.lockfile`, marker);
    return await waitForLock(contender, marker, options);
  } catch (error) {
    throw error === options.signal.reason ? error : storageFault(error, `${file}.lock`);
  }
}
