import { type HeldLock, LockLostError } from '@latchkey/core';
import { closeSync, constants, fdatasyncSync, lstatSync, utimesSync, writeSync } from 'node:fs';
import { leaveBehind } from './lockfile-abandonment.js';
import { formatHeld, freed, heartbeat, readTurn, type TurnOwner } from './lockfile-turn.js';
import type { OwnedLock } from './owned-lock.js';
import { openExisting } from '../file/private-file.js';
import { quietly } from '../file/quietly.js';
import { monotonicNow } from './monotonic.js';

interface LeaseParts {
  readonly path: string;
  /** The file of the next turn: once it is there, this one is over. */
  readonly next: string;
  readonly marker: string;
  readonly fd: number;
  readonly owner: TurnOwner;
}

/** A turn while it is held: shows every second that its holder lives, and notices when it was taken over. */
export class Lease implements OwnedLock, HeldLock {
  readonly #parts: LeaseParts;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #shown = monotonicNow();
  #beats = 0;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#show(), heartbeat.every).unref();
  }

  get lock(): HeldLock {
    return this;
  }

  /** Looks at the files each time, since no timer runs while a machine sleeps. */
  get signal(): AbortSignal {
    if (!this.#lost.signal.aborted && (this.#isTaken() || this.#isLate())) this.#show();
    return this.#lost.signal;
  }

  /** Writes into the file that was opened, whatever has that name by now, so that it ends this turn and no other. */
  release(): void {
    clearInterval(this.#timer);
    this.#lost.abort(new LockLostError()); // what is opened next has the number of its descriptor
    const { marker, fd, owner } = this.#parts;
    if (quietly(() => writeSync(fd, freed, 0, 'latin1')) === undefined) leaveBehind(owner.nonce);
    quietly(() => closeSync(fd));
    quietly(() => utimesSync(marker, new Date(), new Date()));
  }

  /** Written and not only touched, so that the file system's own clock sets the time, and others see another content. */
  #show(): void {
    const { path, fd, owner } = this.#parts;
    const text = formatHeld(owner, ++this.#beats);
    try {
      writeSync(fd, text, 0, 'latin1');
      fdatasyncSync(fd); // a folder of the network may keep it back else
      if (this.#isTaken()) this.#lose();
      else {
        this.#shown = monotonicNow();
        // Containers of a Mac see what was written there once its descriptor is closed.
        if (process.platform === 'darwin') quietly(() => writeAlone(path, text));
      }
    } catch {
      if (this.#isLate()) this.#lose();
    }
  }

  #isTaken(): boolean {
    const { path, next, owner } = this.#parts;
    const isOver = (): boolean =>
      lstatSync(next, { throwIfNoEntry: false }) !== undefined || readTurn(path)?.owner?.nonce !== owner.nonce;
    return quietly(isOver) === true;
  }

  #isLate(): boolean {
    return monotonicNow() - this.#shown > heartbeat.staleAfter;
  }

  #lose(): void {
    leaveBehind(this.#parts.owner.nonce); // its own thread would wait for it, which goes on to show itself
    this.#lost.abort(new LockLostError());
  }
}

function writeAlone(path: string, text: string): void {
  const fd = openExisting(path, constants.O_WRONLY);
  if (fd === undefined) return;
  try {
    writeSync(fd, text, 0, 'latin1');
  } finally {
    closeSync(fd);
  }
}
