import { type HeldLock, LockLostError } from '@latchkey/core';
import { closeSync, futimesSync, type Stats } from 'node:fs';
import { type Marker, noteHolder } from './lock-marker.js';
import { tryLock, unlock } from './native-lock.js';
import type { Occupied, OwnedLock } from './owned-lock.js';
import { isFileAt } from '../file/file-identity.js';
import { quietly } from '../file/quietly.js';

/** Takes the kernel's lock of a marker, if it is free. The kernel frees it when its holder dies. Closes what it does not own. */
export function takeKernelLock({ fd, stats, holder }: Marker, path: string): OwnedLock | Occupied {
  try {
    if (!tryLock(fd)) {
      closeSync(fd);
      return { holder };
    }
    if (!isFileAt(stats, path)) {
      closeSync(fd); // deleted or replaced since it was opened: others lock the file that stands there now
      return { holder: undefined };
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  quietly(() => noteHolder(fd, process.pid));
  return {
    lock: new KernelLock(stats, path),
    release() {
      quietly(() => unlock(fd));
      quietly(() => futimesSync(fd, new Date(), new Date()));
      quietly(() => closeSync(fd));
    },
  };
}

/** The kernel takes no lock away, but somebody may delete the file that others look at. */
class KernelLock implements HeldLock {
  readonly #lost = new AbortController();
  readonly #file: Stats;
  readonly #path: string;

  constructor(file: Stats, path: string) {
    this.#file = file;
    this.#path = path;
  }

  get signal(): AbortSignal {
    if (quietly(() => isFileAt(this.#file, this.#path)) === false) this.#lost.abort(new LockLostError());
    return this.#lost.signal;
  }
}
