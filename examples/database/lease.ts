import { randomUUID } from 'node:crypto';
import type { HeldLock } from '@latchkey/core';

/** A lock that ends by itself unless it is renewed, so that who dies or is frozen keeps nobody waiting for long. */
export class Lease implements HeldLock {
  readonly owner = randomUUID();
  readonly #milliseconds: number;
  readonly #lost = new AbortController();
  #validFrom = moment();

  constructor(
    readonly place: string,
    readonly key: string,
    seconds: number,
  ) {
    this.#milliseconds = seconds * 1000;
  }

  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** Looks at the clocks each time, since no timer runs while a process is frozen. */
  get signal(): AbortSignal {
    const { monotonic, wall } = this.#validFrom;
    if (Math.max(performance.now() - monotonic, Date.now() - wall) >= this.#milliseconds) this.lose();
    return this.#lost.signal;
  }

  lose(): void {
    this.#lost.abort();
  }

  /** Takes or renews it by what `ask` does; tells whether it is ours. */
  async take(ask: (lease: Lease) => Promise<boolean>): Promise<boolean> {
    const asked = moment();
    const isOurs = await ask(this);
    if (isOurs) this.#validFrom = asked;
    return isOurs;
  }

  /** Runs a task, and renews the lease meanwhile. */
  async hold<T>(renew: (lease: Lease) => Promise<boolean>, task: (lock: HeldLock) => Promise<T>): Promise<T> {
    const renewal = async (): Promise<void> => {
      if (!this.signal.aborted && !(await this.take(renew))) this.lose();
    };
    // What fails now is tried again, and if it goes on failing the clocks tell.
    const timer = setInterval(() => void renewal().catch(() => undefined), this.#milliseconds / 3).unref();
    try {
      return await task(this);
    } finally {
      clearInterval(timer);
    }
  }
}

/** By the clock that is never set, and by the one that goes on while a machine sleeps. */
function moment(): { readonly monotonic: number; readonly wall: number } {
  return { monotonic: performance.now(), wall: Date.now() };
}
