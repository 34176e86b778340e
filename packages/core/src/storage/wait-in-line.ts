import { longestTimer } from '../platform/clock.js';
import type { LockOptions } from './lock.js';

/**
 * Joins the line and resolves when called from it. Leaves the line when the signal is aborted (rejects with its
 * reason) or `timeout` seconds have passed (rejects with `late()`).
 */
export function waitInLine(line: Set<() => void>, { signal, timeout }: LockOptions, late: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      line.delete(call);
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const call = (): void => {
      leave();
      resolve();
    };
    const abort = (): void => {
      leave();
      reject(signal.reason as Error);
    };
    const expire = (): void => {
      leave();
      reject(late());
    };
    const milliseconds = Math.max(timeout * 1000, 0);
    const timer = milliseconds > longestTimer ? undefined : setTimeout(expire, milliseconds);
    line.add(call);
    signal.addEventListener('abort', abort, { once: true });
  });
}
