import type { HeldLock, LockOptions } from '@latchkey/core';
import { closeSync } from 'node:fs';
import { dirname } from 'node:path';
import { takeKernelLock } from './kernel-lock.js';
import type { Locking } from './locking-kind.js';
import { createMarker, openMarker } from './lock-marker.js';
import { waitForLock } from './lock-wait.js';
import { takeLockfile } from './lockfile-lock.js';
import type { Occupied, OwnedLock } from './owned-lock.js';
import { amongOthers } from '../file/disk-calls.js';
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
  return amongOthers(async () => {
    const owned = await take(file, locking, options);
    try {
      return await task(owned.lock);
    } finally {
      owned.release();
    }
  });
}

async function take(file: string, locking: Locking, options: LockOptions): Promise<OwnedLock> {
  const marker = `${file}.lock`;
  try {
    makePrivateFolder(dirname(file));
    sweepOnce(dirname(file));
    return await waitForLock(() => attempt(file, marker, locking), marker, options);
  } catch (error) {
    throw error === options.signal.reason ? error : storageFault(error, marker);
  }
}

/** Looks at the marker each time, since it may be another one by now. */
function attempt(file: string, path: string, locking: Locking): OwnedLock | Occupied {
  const marker = openMarker(path, locking);
  if (marker === 'absent') return { holder: undefined, made: createMarker(path, locking) };
  if (marker === undefined) return { holder: undefined };
  if (marker.kind === 'kernel') return takeKernelLock(marker, path);
  closeSync(marker.fd);
  return takeLockfile(`${file}.lockfile`, path);
}

/** The file whose lock is taken: a person who logs in holds one beside that of the tokens. */
export function lockedFile(file: string, { purpose }: Pick<LockOptions, 'purpose'>): string {
  return purpose === 'login' ? `${file}.login` : file;
}
