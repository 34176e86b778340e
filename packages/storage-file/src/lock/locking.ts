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

/** Which lock is taken, and how. */
export interface FileLocking {
  readonly file: string;
  readonly locking: Locking;
  /** Fails where a save of `file` would, under the lock and before the task. */
  readonly probe: (file: string) => Promise<void>;
}

/** Runs a task under the lock of a file; see `Lock` of `@latchkey/core`. A person who logs in holds one beside that of the tokens. */
export async function withFileLock<T>(
  { file, locking, probe }: FileLocking,
  task: (lock: HeldLock) => Promise<T>,
  options: LockOptions,
): Promise<T> {
  options.signal.throwIfAborted();
  return amongOthers(async () => {
    const owned = await take(options.purpose === 'login' ? `${file}.login` : file, locking, options);
    try {
      await probe(file);
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
