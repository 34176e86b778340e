import { type HeldLock, type Lock, type LockOptions, type SaveContext, TokenSet } from '@latchkey/core';

export const key = 'https://login.example#client#ada';

/** A lock that is held, for saves whose lock does not matter. */
export const held: HeldLock = { signal: new AbortController().signal };

export const overwriting: SaveContext = { reason: 'login', expected: undefined, lock: held };

export const expecting = (expected: number): SaveContext => ({ reason: 'refresh', expected, lock: held });

export const waiting = (timeout: number, signal = new AbortController().signal): LockOptions => ({ timeout, signal });

export function someTokens(generation: number, owner = key): TokenSet {
  return TokenSet.from({ access_token: `at-${generation}`, refresh_token: `rt-${generation}` }).withStamp({
    key: owner,
    generation,
  });
}

/** The error of a promise that must not resolve. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    () => Promise.reject(new Error('It resolved.')),
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}

/** Takes a lock and keeps it until released. */
export async function hold(lock: Lock): Promise<{ lock: HeldLock; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const task = (held: HeldLock): Promise<void> =>
      new Promise((end) => {
        resolve({
          lock: held,
          release() {
            end();
            return done;
          },
        });
      });
    const done = lock.withLock(key, task, waiting(1));
    done.catch(reject);
  });
}
