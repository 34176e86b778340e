import { type HeldLock, LockLostError } from '@latchkey/core';
import { closeSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import type { OwnedLock } from './contender.js';
import { isFileAt } from '../file/file-identity.js';
import { heartbeat } from './lockfile-owner.js';
import { quietly } from '../file/quietly.js';

interface LeaseParts {
  readonly path: string;
  readonly marker: string;
  readonly fd: number;
  readonly content: Buffer;
}

/** A lock file while it is held: shows every second that its holder lives, and notices when it was taken over. */
export class Lease implements OwnedLock, HeldLock {
  readonly #parts: LeaseParts;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #shown = performance.now();

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#show(), heartbeat.every).unref();
  }

  get lock(): HeldLock {
    return this;
  }

  /** Looks at the file each time, since no timer runs while a machine sleeps. */
  get signal(): AbortSignal {
    if (this.#isTaken() || this.#isLate()) this.#show();
    return this.#lost.signal;
  }

  release(): void {
    clearInterval(this.#timer);
    const { path, marker, fd } = this.#parts;
    quietly(() => !this.#isTaken() && unlinkSync(path));
    quietly(() => closeSync(fd));
    quietly(() => utimesSync(marker, new Date(), new Date()));
  }

  /** Writes the same bytes again, so that the file system's own clock sets the time. */
  #show(): void {
    const { fd, content } = this.#parts;
    try {
      writeSync(fd, content, 0, content.length, 0);
      if (this.#isTaken()) this.#lose();
      else this.#shown = performance.now();
    } catch {
      if (this.#isLate()) this.#lose();
    }
  }

  #isTaken(): boolean {
    return quietly(() => isFileAt(this.#parts.fd, this.#parts.path)) === false;
  }

  #isLate(): boolean {
    return performance.now() - this.#shown > heartbeat.staleAfter;
  }

  #lose(): void {
    this.#lost.abort(new LockLostError());
  }
}
