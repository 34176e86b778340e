import { type HeldLock, LockLostError, type LockOptions, LockTimeoutError } from '@latchkey/core';
import type { Instance, Way } from './instance.js';

/** A lock as one instance holds it. */
export class Hold implements HeldLock {
  readonly #controller = new AbortController();
  readonly owner: Instance;
  isLost = false;

  constructor(owner: Instance) {
    this.owner = owner;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the ownership; the signal fires, unless it is deaf. */
  lose(isDeaf: boolean): void {
    this.isLost = true;
    if (!isDeaf) this.#controller.abort(new LockLostError());
  }

  get state(): string {
    return this.isLost ? 'lost' : 'held';
  }
}

/**
 * How a lock is freed whose holder died: by the kernel at once, or when its lease ends. The others are wrong: `none`
 * excludes nobody, `forever` is never freed, `deaf` is a lease whose signal does not fire.
 */
export type LockKind = 'kernel' | 'lease' | 'none' | 'forever' | 'deaf';

/** The one lock that all instances share. */
export class SharedLock {
  readonly #kind: LockKind;
  #owner: Hold | undefined;

  constructor(kind: LockKind) {
    this.#kind = kind;
  }

  async withLock<T>(instance: Instance, task: (lock: HeldLock) => Promise<T>, _options: LockOptions): Promise<T> {
    const before = instance.hold;
    const hold = await instance.step<Hold>('takes the lock', (ending) => {
      const take: Way = {
        name: 'takes the lock',
        take: () => {
          const taken = new Hold(instance);
          instance.hold = this.#owner = taken;
          ending.resolve(taken);
        },
      };
      const giveUp: Way = {
        name: 'waits for the lock too long',
        fault: 'wait too long',
        take: () => ending.reject(new LockTimeoutError(), 'waits too long'),
      };
      return this.#owner && this.#kind !== 'none' ? [giveUp] : [take];
    });
    try {
      return await task(hold);
    } finally {
      if (this.#owner === hold && this.#kind !== 'forever') this.#free();
      instance.hold = before;
    }
  }

  /** What can happen to the lock by itself. */
  ways(): Way[] {
    const owner = this.#owner;
    if (!owner || !this.#isLease) return [];
    if (!owner.owner.isAlive) return [{ name: `the lease of ${owner.owner.name} ends`, take: () => this.#free() }];
    const lose = (): void => {
      this.#free();
      owner.lose(this.#kind === 'deaf');
      owner.owner.learn('loses its lease');
    };
    return [{ name: `${owner.owner.name} loses its lease`, fault: 'lease lost', take: lose }];
  }

  /** A kernel frees what a dead process held; a lease has to end. */
  crashed(instance: Instance): void {
    if (this.#owner?.owner === instance && !this.#isLease) this.#free();
  }

  get state(): string {
    if (!this.#owner) return 'free';
    return this.#owner.owner.isAlive ? 'taken' : 'left';
  }

  get #isLease(): boolean {
    return this.#kind === 'lease' || this.#kind === 'deaf';
  }

  #free(): void {
    this.#owner = undefined;
  }
}
