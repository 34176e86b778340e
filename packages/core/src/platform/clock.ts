import { onAbort, throwIfAborted } from './on-abort.js';

/** The time, as flows see it. Tests give one that moves when told. @group Options */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Resolves after `milliseconds`; rejects with the signal's reason as soon as it is aborted. With `idle`, the wait
   * alone keeps no process alive.
   */
  sleep(milliseconds: number, signal?: AbortSignal, options?: { readonly idle?: boolean }): Promise<void>;
}

/** The longest that a timer can wait, in ms; beyond it `setTimeout` fires at once. */
export const longestTimer = 2_147_483_647;

/** The machine's clock, which fake timers of a test runner move. @group Options */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal, { idle } = {}) {
    let left = milliseconds;
    for (; left > longestTimer; left -= longestTimer) await wait(longestTimer, signal, idle);
    await wait(left, signal, idle);
  },
};

function wait(milliseconds: number, signal: AbortSignal | undefined, idle: boolean | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const timer = setTimeout(() => {
      leave?.();
      resolve();
    }, milliseconds);
    if (idle && typeof timer === 'object') timer.unref();
    const leave =
      signal &&
      onAbort(signal, (reason) => {
        clearTimeout(timer);
        reject(reason);
      });
  });
}
