import { type HeldLock, LockLostError } from '@latchkey/core';
import { closeSync, futimesSync, writeSync } from 'node:fs';
import type { Contender, OwnedLock } from './contender.js';
import { isFileAt } from '../file/file-identity.js';
import { formatHolder, holderOffset, openMarker, readHolder } from './lock-marker.js';
import { loadNativeLock, tryLock, unlock } from './native-lock.js';
import { quietly } from '../file/quietly.js';

/** Contends for a lock of the kernel, which frees it itself when the holder dies. */
export class KernelContender implements Contender {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string) {
    loadNativeLock();
    this.#path = path;
  }

  attempt(): OwnedLock | undefined {
    const fd = (this.#fd ??= openMarker(this.#path, 'kernel'));
    if (!tryLock(fd)) return undefined;
    if (isFileAt(fd, this.#path)) {
      this.#fd = undefined;
      return own(fd, this.#path);
    }
    this.close(); // deleted or replaced while we waited: others lock the file that stands there now
    return undefined;
  }

  holder(): number | undefined {
    return this.#fd === undefined ? undefined : readHolder(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function own(fd: number, path: string): OwnedLock {
  quietly(() => writeSync(fd, formatHolder(process.pid), holderOffset('kernel')));
  return {
    lock: new KernelLock(fd, path),
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
  readonly #fd: number;
  readonly #path: string;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  get signal(): AbortSignal {
    if (quietly(() => isFileAt(this.#fd, this.#path)) === false) this.#lost.abort(new LockLostError());
    return this.#lost.signal;
  }
}
