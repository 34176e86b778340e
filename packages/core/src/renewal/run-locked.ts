import { AuthFlowError, LockTimeoutError } from '../errors/index.js';
import { longestTimer } from '../platform/clock.js';
import type { Place } from '../platform/line.js';
import type { OAuthClient } from '../server/oauth-client.js';
import type { HeldLock, LockOptions } from '../storage/lock.js';
import type { CredentialState } from './credential-state.js';
import { storageError } from './storage-access.js';
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
 * Runs a task under a lock, and tells the lock's failures from the task's: what the task has done counts, even if only
 * the release failed.
 *
 * @throws what the task throws; as `Lock.withLock`; StorageUnavailableError for a lock that fails with anything else
 */
export async function runLocked<T>(
  withLock: (task: (lock: HeldLock) => Promise<T>, options: LockOptions) => Promise<T>,
  { timeout, whileWaiting }: WaitOptions<T>,
  task: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const run: { begun?: true; result?: { readonly value: T } } = {};
  const waiting = new AbortController();
  const deadline = monotonicNow() + timeout * 1000;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const left = Math.ceil(Math.min(Math.max(deadline - monotonicNow(), 0), longestTimer));
    const found = whileWaiting && untilAborted(AbortSignal.timeout(left), whileWaiting());
    const value = await found?.catch(() => undefined); // what stops the look stops the task in its turn
    if (value === undefined) return;
    run.result = { value };
    waiting.abort();
  };
  const onRelease = async (): Promise<void> => {
    if (!run.begun && !run.result) await (looking ??= look().finally(() => (looking = undefined)));
  };
  try {
    return await withLock(
      async (lock) => {
        await looking; // of a lock that did not wait for it
        if (run.result) return run.result.value;
        run.begun = true;
        run.result = { value: await task(lock) };
        return run.result.value;
      },
      { signal: waiting.signal, timeout, onRelease },
    );
  } catch (error) {
    if (run.result) return run.result.value;
    if (run.begun || error instanceof AuthFlowError) throw error;
    throw storageError('The lock could not be taken.', error);
  }
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
  if (!client) return Promise.resolve(nowhere);
  credential.isInLine = waits;
  const end = (): void => void (credential.isInLine = false);
  const place = client.takePlace(waits);
  place.then(end, end);
  return place;
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
