import { type AuthFlowError, LockLostError, LockTimeoutError, LockUnavailableError } from '../errors/index.js';
import { longestTimer } from '../platform/clock.js';
import type { Place } from '../platform/line.js';
import type { OAuthClient } from '../server/oauth-client.js';
import type { HeldLock, LockOptions } from '../storage/lock.js';
import type { CredentialState } from './credential-state.js';
import { patience, storageError } from './storage-access.js';
import { untilAborted } from '../platform/waiting.js';
import { monotonicNow } from '../platform/monotonic.js';

/** How a task waits for its lock. */
export interface WaitOptions<T> {
  /** Seconds at most. */
  readonly timeout: number;
  /** Looks, after a release, whether the task need not run any more; what is found is then the result. */
  readonly whileWaiting?: (() => Promise<T | undefined>) | undefined;
}

/**
 * Runs a task under a lock, once, and tells the lock's failures from the task's: what the task comes to counts, whatever a
 * lock of an application's own makes of it.
 *
 * @throws what the task throws; as `Lock.withLock`; StorageUnavailableError for a lock that fails with anything else;
 * LockUnavailableError for one that does not run its task
 */
export async function runLocked<T>(
  withLock: (task: (lock: HeldLock) => Promise<T>, options: LockOptions) => Promise<T>,
  { timeout, whileWaiting }: WaitOptions<T>,
  task: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const run: { task?: Promise<T>; found?: { readonly value: T }; isOver?: true } = {};
  const waiting = new AbortController();
  const deadline = monotonicNow() + timeout * 1000;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const left = Math.ceil(Math.min(Math.max(deadline - monotonicNow(), 0), longestTimer));
    const found = whileWaiting && untilAborted(AbortSignal.timeout(left), whileWaiting());
    const value = await found?.catch(() => undefined); // what stops the look stops the task in its turn
    if (value === undefined) return;
    run.found = { value };
    waiting.abort();
  };
  const onRelease = async (): Promise<void> => {
    if (!run.task && !run.found) await (looking ??= look().finally(() => (looking = undefined)));
  };
  const runOnce = async (lock: HeldLock): Promise<T> => {
    await looking; // of a lock that did not wait for it
    if (run.found) return run.found.value;
    if (run.isOver) throw new LockLostError(); // its caller has left
    assertHeldLock(lock);
    return (run.task ??= limit.without(() => task(lock)));
  };
  const limit = new LockLimit(timeout + patience);
  const locking = settle(() => withLock(runOnce, { signal: waiting.signal, timeout, onRelease }));
  const failure = await Promise.race([locking, limit.reached]);
  run.isOver = true;
  limit.end();
  if (run.found) return run.found.value;
  if (run.task) return run.task;
  throw failure ?? new LockUnavailableError({ message: 'withLock ended without running its task.', remedy });
}

const remedy = 'Let withLock call its task with a HeldLock, { signal }, and return what the task returns.';

/** Waits until a lock is done with its task, and returns what it failed with. */
async function settle(locking: () => Promise<unknown>): Promise<AuthFlowError | undefined> {
  try {
    await locking();
    return undefined;
  } catch (error) {
    return storageError('The lock could not be taken.', error);
  }
}

/** For a lock that does not end by itself: it counts as taken by others, or as done where its task has run. */
class LockLimit {
  /** Comes after so many seconds, or after a hook's once the task is over; not while that runs. */
  readonly reached: Promise<LockTimeoutError>;
  #reach: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(seconds: number) {
    this.reached = new Promise((resolve) => (this.#reach = () => resolve(new LockTimeoutError())));
    this.#begin(seconds);
  }

  async without<T>(task: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    try {
      return await task();
    } finally {
      if (!this.#isOver) this.#begin(patience);
    }
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #begin(seconds: number): void {
    this.#timer = setTimeout(this.#reach, Math.min(seconds * 1000, longestTimer));
  }
}

function assertHeldLock(lock: Partial<HeldLock> | undefined): void {
  if (typeof lock?.signal?.aborted === 'boolean') return;
  throw new LockUnavailableError({ message: 'withLock gave its task no HeldLock.', remedy });
}

/** Runs a task under the lock. */
type Locked = <R>(task: (lock: HeldLock) => Promise<R>, options: WaitOptions<R>) => Promise<R>;

/** The place of a flow that asks no server. */
const nowhere: Place = { leave: () => undefined };

/**
 * Takes a place in line at the server, if one is asked, and tells those who could do without that the run waits for one.
 *
 * @returns `undefined` when there is none to be had without waiting
 * @throws TokenEndpointUnavailableError
 */
export function takePlace(
  client: OAuthClient | undefined,
  credential: CredentialState,
  waits: boolean,
): Promise<Place | undefined> {
  return client ? client.takePlace(waits, credential) : Promise.resolve(nowhere);
}

/** What a run in line has, and how it waits. */
interface InLineOptions<T> extends WaitOptions<T> {
  /** Its first place. */
  readonly place: Place;
  /** Takes another; `undefined` when it does not wait and there is none. */
  readonly takePlace: (waits: boolean) => Promise<Place | undefined>;
}

/**
 * Runs a task under the lock while it has a place in line. Whoever finds the lock taken gives the place back and waits
 * without one, so that those who wait hold up nobody. `timeout` counts from the first place on.
 *
 * @throws as {@link runLocked}
 */
export async function lockedInLine<T>(
  locked: Locked,
  task: (lock: HeldLock) => Promise<T>,
  { place: first, takePlace, timeout, whileWaiting }: InLineOptions<T>,
): Promise<T> {
  const end = monotonicNow() + timeout * 1000;
  for (let place: Place | undefined = first; ; place = await takePlace(true)) {
    const attempt = { begun: false };
    const run = async (lock: HeldLock): Promise<T> => {
      attempt.begun = true;
      return task(lock);
    };
    try {
      return await locked(run, { timeout: 0, whileWaiting });
    } catch (error) {
      if (attempt.begun || timeout === 0 || !(error instanceof LockTimeoutError)) throw error;
    } finally {
      place?.leave();
    }
    const waited = await waitFreely(Math.max(end - monotonicNow(), 0) / 1000);
    if (waited.done) return waited.value;
  }

  /** Waits for the lock without a place, and runs the task if one is free just then. */
  async function waitFreely(seconds: number): Promise<{ done: true; value: T } | { done: false }> {
    const options = { timeout: seconds, whileWaiting: async () => done(await whileWaiting?.()) };
    return locked(async (lock) => {
      const free = await takePlace(false);
      if (!free) return { done: false } as const;
      try {
        return { done: true, value: await task(lock) } as const;
      } finally {
        free.leave();
      }
    }, options);
  }
}

function done<T>(value: T | undefined): { done: true; value: T } | undefined {
  return value === undefined ? undefined : { done: true, value };
}
