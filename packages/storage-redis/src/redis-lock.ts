import type { Lock } from '@latchkey/core';
import { LeaseLock } from './lease/lease-lock.js';
import type { RedisOptions } from './redis-options.js';
import { RedisPlace } from './redis-place.js';

/** A lock in Redis, with connections to close. @group Redis */
export interface RedisLock extends Lock, AsyncDisposable {
  /** Ends the connections, after what is under way. A later call opens them again. */
  close(): Promise<void>;
}

/**
 * Makes a lock for an application that stores tokens by hooks of its own. It excludes every other `redisLock` and
 * `RedisTokenStorage` of the same Redis and prefix, on all hosts. Does no I/O until it is used.
 *
 * A holder that dies frees the lock when its `lease` runs out. One that was frozen for longer finds its signal
 * aborted when it goes on; what it writes to a place of its own after that, only that place can refuse.
 *
 * @throws TypeError for options that contradict each other. See `Lock` for what `withLock` throws.
 * @group Redis
 */
export function redisLock(options: RedisOptions): RedisLock {
  const place = new RedisPlace(options);
  const lock = new LeaseLock(place);
  const close = (): Promise<void> => place.close();
  return {
    withLock: (key, task, lockOptions) => lock.withLock(key, task, lockOptions),
    close,
    [Symbol.asyncDispose]: close,
  };
}
