import { longestTimer } from './clock.js';

/** Rejects when an operation on a storage takes longer than `seconds`: some clients and hooks would never answer. */
export async function within<T>(seconds: number, operation: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const expire = (): void => reject(new Error(`The storage did not answer within ${seconds} seconds.`));
    timer = setTimeout(expire, Math.min(seconds * 1000, longestTimer));
  });
  try {
    return await Promise.race([operation, late]);
  } finally {
    clearTimeout(timer);
  }
}
