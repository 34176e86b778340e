import { longestTimer } from './clock.js';

/** Rejects when an operation on a storage takes longer than `seconds`: some clients and hooks would never answer. */
export function within<T>(seconds: number, operation: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = (): void => reject(new Error(`The storage did not answer within ${seconds} seconds.`));
    const timer = setTimeout(expire, Math.min(seconds * 1000, longestTimer));
    const end = (): void => clearTimeout(timer);
    Promise.resolve(operation).finally(end).then(resolve, reject); // a hook of one's own may return no promise
  });
}
