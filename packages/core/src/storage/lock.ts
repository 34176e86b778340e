/**
 * A lock while it is held.
 *
 * @group Write your own flow
 * @group Write your own storage
 */
export interface HeldLock {
  /**
   * Fires when ownership is lost, and may fire at the release. Read it again before each step that only the owner may take: reading it also
   * notices a lease that ran out while the process was asleep.
   */
  readonly signal: AbortSignal;
}

/**
 * How to wait for a lock.
 *
 * @group Write your own flow
 * @group Write your own storage
 */
export interface LockOptions {
  /** Ends the wait (not the task). */
  readonly signal: AbortSignal;
  /** How long to wait, in seconds, before {@link LockTimeoutError}; 0, as of renewals ahead, tries once and waits not. */
  readonly timeout: number;
  /**
   * To be called, and awaited, when a holder may have released, before the next try. The caller looks whether its work
   * has been done meanwhile, and aborts `signal` if so: then nobody takes turns for nothing. It never rejects and does
   * nothing once the task has begun. A lock may do without it.
   */
  readonly onRelease?: (() => Promise<void>) | undefined;
  /**
   * Set for the lock that is held while a person logs in, for minutes maybe, and beside which the credential's own lock is
   * taken. Its key ends in `.login`: a lock that has one place whatever the key needs a second one for it.
   */
  readonly purpose?: 'login' | undefined;
}

/**
 * Lets one task at a time run for a key. `fileLock` and `redisLock` do so between processes and between hosts.
 *
 * @group Write your own flow
 * @group Write your own storage
 */
export interface Lock {
  /**
   * Waits its turn, runs the task, and frees the lock however the task ends.
   *
   * @throws LockTimeoutError when the wait takes too long; LockUnavailableError when there can be no lock here;
   * StorageUnavailableError when the place cannot be reached or written; what the task throws.
   */
  withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T>;
}
