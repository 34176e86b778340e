import { longestTimer } from './clock.js';
import { onAbort, reasonOf } from './on-abort.js';

/**
 * Settles like `promise`, or rejects with the signal's reason as soon as it is aborted. Ends the wait, not the work:
 * what `promise` comes to later is ignored.
 */
export function untilAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    let leave: (() => void) | undefined;
    void promise.then(resolve, reject).finally(() => leave?.());
    if (signal.aborted) reject(reasonOf(signal));
    else leave = onAbort(signal, reject);
  });
}

/** As `untilAborted`, for work that is not begun when the signal is aborted already. */
export function unlessAborted<T>(signal: AbortSignal | undefined, start: () => Promise<T>): Promise<T> {
  return signal?.aborted ? Promise.reject(reasonOf(signal)) : untilAborted(signal, start());
}

/**
 * Rejects when an operation takes longer than `seconds`: some clients and hooks would never answer.
 *
 * @param signal - fires when nobody waits any longer, so that no timer keeps the process alive
 */
export function within<T>(seconds: number, operation: T | Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      clearTimeout(timer);
    };
    if (signal?.aborted) end();
    else if (signal) onAbort(signal, end);
    const settled = Promise.resolve(operation); // a hook of one's own may return no promise
    settled.then(end, end);
    settled.then(resolve, reject);
    void afterTurns(turnsOfWhatIsThere).then(() => {
      const expire = (): void => reject(new Error(`No answer within ${seconds} seconds.`));
      if (!isOver) timer = setTimeout(expire, Math.min(seconds * 1000, longestTimer));
    });
  });
}

/**
 * Turns of the microtask queue in which storages answer that wait for nothing, such as files and memory. They need no timer,
 * and the first one costs a program that finds a fresh token a tenth of its call.
 */
const turnsOfWhatIsThere = 10;

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
