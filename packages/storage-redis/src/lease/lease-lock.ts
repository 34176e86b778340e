import { type Lock, type LockOptions, LockTimeoutError } from '@latchkey/core';
import { randomBytes } from 'node:crypto';
import { type Moment, moment } from './elapsed.js';
import { Lease } from './redis-lease.js';
import { namesOf, type RecordNames } from '../record-names.js';
import type { RedisPlace } from '../redis-place.js';
import { confirmPrimary, confirmReplicas } from '../replication.js';
import { releaseLease } from '../scripts/release-lease.js';
import { renewLease } from '../scripts/renew-lease.js';
import { evaluate } from '../scripts/script.js';
import { takeLease } from '../scripts/take-lease.js';
import { WakeUp } from './redis-wake-up.js';

/** Lets one task at a time run for a key, on all hosts that use this place. */
export class LeaseLock implements Lock {
  readonly #place: RedisPlace;

  constructor(place: RedisPlace) {
    this.#place = place;
  }

  async withLock<T>(key: string, task: (lease: Lease) => Promise<T>, options: LockOptions): Promise<T> {
    options.signal.throwIfAborted();
    const names = namesOf(this.#place.settings.prefix, key);
    const lease = await this.#take(names, options);
    try {
      return await task(lease);
    } finally {
      lease.lose(); // what is still under way is not its owner's any more
      await this.#release(names, lease.owner);
    }
  }

  async #take(names: RecordNames, { signal, timeout, onRelease }: LockOptions): Promise<Lease> {
    const deadline = performance.now() + timeout * 1000;
    const wakeUp = new WakeUp();
    const owner = `${randomBytes(16).toString('base64url')}.${this.#duration}`;
    let leave: (() => void) | undefined;
    try {
      for (;;) {
        const tried = await this.#tryUnlessAborted(names, owner, signal);
        if (tried instanceof Lease) return tried;
        const left = deadline - performance.now();
        if (!(left > 0)) throw new LockTimeoutError();
        leave ??= this.#place.listen(names.channel, wakeUp);
        const isReleased = await wakeUp.sleep(Math.min(left, pauseFor(tried)), signal);
        if (isReleased) await onRelease?.();
        signal.throwIfAborted();
      }
    } finally {
      leave?.();
    }
  }

  /** Leaves at once when aborted; what the command takes after that is given back. */
  async #tryUnlessAborted(names: RecordNames, owner: string, signal: AbortSignal): Promise<Lease | number> {
    const trying = this.#try(names, owner);
    let leave: () => void = () => undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([trying, aborted]);
    } catch (error) {
      void trying.then(
        (tried) => {
          if (!(tried instanceof Lease)) return;
          tried.lose();
          return this.#release(names, owner);
        },
        () => undefined,
      );
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Milliseconds. */
  get #duration(): number {
    return Math.ceil(this.#place.settings.lease * 1000);
  }

  /** Takes the lock if it is free; else returns for how many milliseconds the present lease runs. */
  async #try(names: RecordNames, owner: string): Promise<Lease | number> {
    const { settings, id } = this.#place;
    const duration = this.#duration;
    const command = evaluate(takeLease, names, [owner, String(duration)]);
    let takenAt: Moment | undefined;
    let isOver = false;
    const taking = this.#place.run(names.record, async (primary) => {
      if (isOver) return [0, undefined] as const; // the way was found late: nobody would give it back
      takenAt = moment();
      const [left, stored] = (await primary.send(command)) as [left: unknown, stored?: string | null];
      if (Number(left) < 0) await confirmReplicas(primary, settings.replicas, settings.timeout * 500);
      return [Number(left), stored] as const;
    });
    const [left, stored] = await taking.catch((error: unknown) => {
      isOver = true;
      // It may be ours, though too few replicas have it or the answer was lost.
      if (takenAt) void this.#release(names, owner);
      throw error;
    });
    if (!takenAt || left >= 0) return left;
    const renew = async (): Promise<boolean> => {
      const command = evaluate(renewLease, names, [owner, String(duration)]);
      return this.#place.run(names.record, async (primary) => {
        const renewed = await primary.send(command);
        await confirmPrimary(primary, settings.replicas);
        return Number(renewed) === 1;
      });
    };
    return new Lease({ place: id, lock: names.lock, owner, duration, takenAt, stored, renew });
  }

  /** Never throws: the task's own outcome counts, and the lease runs out by itself. */
  async #release(names: RecordNames, owner: string): Promise<void> {
    const command = evaluate(releaseLease, names, [owner, names.channel]);
    await this.#place.run(names.record, ({ send }) => send(command)).catch(() => undefined);
  }
}

/** Milliseconds until the next look: soon after the lease ends, and within two seconds. Uneven, to drift apart. */
function pauseFor(left: number): number {
  return Math.min(left + Math.random() * 50, 1000 + Math.random() * 1000);
}
