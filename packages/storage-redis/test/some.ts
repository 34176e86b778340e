import {
  type HeldLock,
  type Lock,
  type LockOptions,
  type SaveContext,
  type TokenRecord,
  TokenSet,
} from '@latchkey/core';

export const key = 'https://login.example#client#ada';

/** A lock of another kind that is held. */
export const held: HeldLock = { signal: new AbortController().signal };

export const overwriting: SaveContext = { reason: 'login', expected: undefined, lock: held };

export const expecting = (expected: number | undefined, lock = held): SaveContext => ({
  reason: 'refresh',
  expected,
  lock,
});

export const waiting = (timeout = 10, signal = new AbortController().signal): LockOptions => ({ timeout, signal });

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something is so. */
export async function until(isSo: () => unknown): Promise<void> {
  while (!(await isSo())) await pause(20);
}

export function someTokens(generation: number, owner = key, record: TokenRecord = {}): TokenSet {
  const fields = { access_token: `secret-at-${generation}`, refresh_token: `secret-rt-${generation}`, ...record };
  return TokenSet.from(fields).withStamp({ key: owner, generation });
}

/** The error of a promise that must not resolve. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    (value) => Promise.reject(new Error(`It resolved to ${String(value)}.`)),
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}

/** Takes a lock and keeps it until released. */
export async function hold(lock: Lock, name = key): Promise<{ lock: HeldLock; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const task = (lock: HeldLock): Promise<void> =>
      new Promise((end) => {
        resolve({
          lock,
          release() {
            end();
            return done;
          },
        });
      });
    const done = lock.withLock(name, task, waiting());
    done.catch(reject);
  });
}
