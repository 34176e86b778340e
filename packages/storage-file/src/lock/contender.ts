import type { HeldLock } from '@latchkey/core';

/** One call that wants a lock. */
export interface Contender {
  /** Takes the lock if it is free; never waits. */
  attempt(): OwnedLock | undefined;
  /** Process id of the present holder, where it is known. */
  holder(): number | undefined;
  /** Leaves the contest; an owned lock is not touched. */
  close(): void;
}

/** A lock that this process holds. */
export interface OwnedLock {
  readonly lock: HeldLock;
  /** Frees the lock and wakes who waits. Never throws: the task's own outcome counts. */
  release(): void;
}
