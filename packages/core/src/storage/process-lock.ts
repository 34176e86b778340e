import { LockTimeoutError } from '../errors/index.js';
import type { HeldLock, Lock, LockOptions } from './lock.js';
import { longestTimer } from '../platform/clock.js';
import { onAbort, throwIfAborted } from '../platform/on-abort.js';
import { shared } from '../platform/process-registry.js';

/** Who waits for each key that is held, in order; whoever is called has it. */
type Lines = Map<string, Set<() => void>>;

/**
 * Lets one task at a time run for a key within this process, first come, first served. It excludes no other process.
 * Keys that nobody holds cost no memory, and no timer outlives its wait.
 *
 * @group Write your own storage
 */
export class ProcessLock implements Lock {
  readonly #lines: Lines;

  /** @internal Locks of the same lines exclude each other. */
  constructor(lines: Lines = new Map()) {
    this.#lines = lines;
  }

  /**
   * Waits its turn, runs the task, and frees the key however the task ends. The held signal never fires: a lock in
   * memory cannot be lost.
   *
   * @throws LockTimeoutError when the turn does not come within `options.timeout` seconds; the reason of
   * `options.signal` when it is aborted before; what the task throws.
   */
  async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    throwIfAborted(options.signal);
    const line = this.#lines.get(key);
    if (line) await waitInLine(line, options, () => new LockTimeoutError());
    else this.#lines.set(key, new Set());
    try {
      return await task({ signal: new AbortController().signal });
    } finally {
      this.#callNext(key);
    }
  }

  #callNext(key: string): void {
    const [next] = this.#lines.get(key) ?? [];
    if (next) next();
    else this.#lines.delete(key);
  }
}

/** The lock of this name, which all copies of this package in the process share. */
export function sharedProcessLock(name: string): ProcessLock {
  return new ProcessLock(shared(`lock ${name}`, (): Lines => new Map()));
}

/**
 * Joins the line and resolves when called from it. Leaves the line when the signal is aborted (rejects with its
 * reason) or `timeout` seconds have passed (rejects with `late()`).
 */
function waitInLine(line: Set<() => void>, { signal, timeout }: LockOptions, late: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      line.delete(call);
      clearTimeout(timer);
      unsubscribe();
    };
    const call = (): void => {
      leave();
      resolve();
    };
    const abort = (reason: Error): void => {
      leave();
      reject(reason);
    };
    const expire = (): void => {
      leave();
      reject(late());
    };
    const milliseconds = Math.max(timeout * 1000, 0);
    const timer = milliseconds > longestTimer ? undefined : setTimeout(expire, milliseconds);
    line.add(call);
    const unsubscribe = onAbort(signal, abort);
  });
}
