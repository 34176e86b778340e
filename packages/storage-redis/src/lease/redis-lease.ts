import { type HeldLock, LockLostError } from '@latchkey/core';
import { elapsedSince, type Moment, moment } from './elapsed.js';

/** What a lease is made from. */
export interface LeaseParts {
  readonly place: string;
  readonly lock: string;
  readonly owner: string;
  /** Milliseconds. */
  readonly duration: number;
  /** When the command that took it was about to be sent. */
  readonly takenAt: Moment;
  readonly stored: string | null | undefined;
  /** Lets it begin anew; false when it is somebody else's by now. */
  renew(): Promise<boolean>;
}

/** A lock in Redis while it is held. It is renewed every third of its duration, by a timer that keeps no process alive. */
export class Lease implements HeldLock {
  readonly owner: string;
  /** What was stored when it was taken: a text, `null` for nothing, `undefined` when that was not told. */
  readonly stored: string | null | undefined;
  readonly #parts: LeaseParts;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #validFrom: Moment;
  #isRenewing = false;

  constructor(parts: LeaseParts) {
    this.owner = parts.owner;
    this.stored = parts.stored;
    this.#parts = parts;
    this.#validFrom = parts.takenAt;
    this.#timer = setInterval(() => void this.#renew(), parts.duration / 3).unref();
  }

  /** Looks at the clocks each time, since no timer runs while a process is frozen. */
  get signal(): AbortSignal {
    this.#noticeEnd();
    return this.#lost.signal;
  }

  #noticeEnd(): void {
    if (elapsedSince(this.#validFrom) >= this.#parts.duration) this.lose();
  }

  /** Whether this is the lease on `lock` at `place`. */
  covers(place: string, lock: string): boolean {
    return this.#parts.place === place && this.#parts.lock === lock;
  }

  /** Notes that the lock is not this holder's any more, and ends the renewals. */
  lose(): void {
    clearInterval(this.#timer);
    if (!this.#lost.signal.aborted) this.#lost.abort(new LockLostError());
  }

  /**
   * Redis decides whose the lease is: a wall clock that was set forward is no reason to leave it in mid-request. The other
   * clock is never set: by that one it has ended, whether Redis answers or not.
   */
  async #renew(): Promise<void> {
    if (performance.now() - this.#validFrom.monotonic >= this.#parts.duration) this.lose();
    if (this.#isRenewing || this.#lost.signal.aborted) return;
    this.#isRenewing = true;
    const sentAt = moment();
    try {
      if (await this.#parts.renew()) this.#validFrom = sentAt;
      else this.lose();
    } catch {
      this.#noticeEnd(); // out of reach: tried again, until the lease has run out
    } finally {
      this.#isRenewing = false;
    }
  }
}

/** Tells whether a lock is a lease, of whichever copy of this package. */
export function isLease(lock: HeldLock): lock is Lease {
  return 'owner' in lock && 'covers' in lock && 'lose' in lock;
}
