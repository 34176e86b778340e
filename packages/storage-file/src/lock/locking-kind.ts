/**
 * How processes exclude each other: `kernel`, by a lock of the operating system, which frees it when its holder
 * dies; or `lockfile`, by a file with owner and heartbeat, which needs no native addon and works on folders that
 * several hosts share. The two do not exclude each other, so a file beside the tokens names the kind of a place, and
 * `auto` follows it. At a new place `auto` is `kernel` where the addon loads and the folder is on a local file system,
 * else `lockfile`.
 *
 * @group Files
 */
export type Locking = 'auto' | LockKind;

/** What a place has, once it has been used. */
export type LockKind = 'kernel' | 'lockfile';

/** Checks the option; `auto` is the default. */
export function parseLocking(locking: string = 'auto'): Locking {
  if (locking === 'auto' || locking === 'kernel' || locking === 'lockfile') return locking;
  throw new TypeError("locking must be 'auto', 'kernel' or 'lockfile'.");
}
