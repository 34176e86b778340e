/**
 * How processes exclude each other: `kernel`, by a lock of the operating system, which frees it when its holder
 * dies; or `lockfile`, by a file with owner and heartbeat, which needs no native addon. The two do not exclude each
 * other, so all processes that share tokens use one kind.
 *
 * @group Files
 */
export type Locking = 'kernel' | 'lockfile';

/** Checks the option; `kernel` is the default. */
export function parseLocking(locking: string = 'kernel'): Locking {
  if (locking === 'kernel' || locking === 'lockfile') return locking;
  throw new TypeError("locking must be 'kernel' or 'lockfile'.");
}
