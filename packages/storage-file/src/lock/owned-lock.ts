import type { HeldLock } from '@latchkey/core';

/** A lock that this process holds. */
export interface OwnedLock {
  readonly lock: HeldLock;
  /** Frees the lock and wakes who waits. Never throws: the task's own outcome counts. */
  release(): void;
}

/** What an attempt to take a lock found: somebody else has it, or there was none yet. */
export interface Occupied {
  readonly lock?: undefined;
  /** Settles when it is there to be taken. */
  readonly made?: Promise<void>;
  /** Process id of the present holder, where it is known. */
  readonly holder: number | undefined;
}
