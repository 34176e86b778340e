import { LockLostError } from '@latchkey/core';
import { closeSync, futimesSync } from 'node:fs';
import { type Marker, noteHolder } from './lock-marker.js';
import { tryLock, unlock } from './native-lock.js';
import type { Occupied, OwnedLock } from './owned-lock.js';
import { isFileAt } from '../file/file-identity.js';
import { quietly } from '../file/quietly.js';

/**
 * Takes the kernel's lock of a marker, if it is free. The kernel frees it when its holder dies, and takes it from nobody; but
 * somebody may delete the file that others look at. Closes what it does not own.
 */
export function takeKernelLock({ fd, stats, holder }: Marker, path: string): OwnedLock | Occupied {
  let isOurs = false;
  try {
    if (!tryLock(fd)) return { holder };
    isOurs = isFileAt(stats, path);
    if (!isOurs) return { holder: undefined }; // deleted or replaced since it was opened: others lock the file that stands there now
  } finally {
    if (!isOurs) closeSync(fd);
  }
  quietly(() => noteHolder(fd, process.pid));
  const lost = new AbortController();
  return {
    lock: {
      get signal() {
        if (quietly(() => isFileAt(stats, path)) === false) lost.abort(new LockLostError());
        return lost.signal;
      },
    },
    release() {
      lost.abort(new LockLostError());
      quietly(() => unlock(fd));
      quietly(() => futimesSync(fd, new Date(), new Date()));
      quietly(() => closeSync(fd));
    },
  };
}
