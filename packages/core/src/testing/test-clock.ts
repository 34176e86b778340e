import type { Clock } from '../platform/clock.js';

/** Options of {@link TestClock}. @group Time */
export interface TestClockOptions {
  /** Where the clock starts, in milliseconds since 1970. Default: 2026-01-01T00:00:00Z. */
  readonly start?: number | undefined;
  /** Whether a sleep moves the clock by itself and ends at once; an idle one, of `keepFresh()`, waits. Default: false. */
  readonly autoAdvance?: boolean | undefined;
}

interface Sleeper {
  /** When to wake, in milliseconds since the clock was made; setting the wall clock does not move it. */
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that moves when told. Nothing here waits for real time. @group Time */
export class TestClock implements Clock {
  readonly #autoAdvance: boolean;
  readonly #sleepers = new Set<Sleeper>();
  readonly #watchers = new Set<() => void>();
  #elapsed = 0;
  #wall: number;

  constructor({ start = Date.UTC(2026, 0, 1), autoAdvance = false }: TestClockOptions = {}) {
    this.#wall = start;
    this.#autoAdvance = autoAdvance;
  }

  /** Milliseconds since 1970, by this clock. */
  now(): number {
    return this.#wall;
  }

  /** Resolves once the clock was moved past `milliseconds`; rejects with the signal's reason when it is aborted. */
  async sleep(milliseconds: number, signal?: AbortSignal, { idle = false }: { idle?: boolean } = {}): Promise<void> {
    signal?.throwIfAborted();
    const due = this.#elapsed + Math.max(milliseconds, 0);
    if (!this.#autoAdvance || idle) return this.#sleepUntil(due, signal);
    await this.#moveTo(due);
    signal?.throwIfAborted();
  }

  /** How many milliseconds each sleeper still has to wait, the next one first. */
  get sleeping(): readonly number[] {
    return [...this.#sleepers].map((sleeper) => sleeper.due - this.#elapsed).sort((a, b) => a - b);
  }

  /** Resolves as soon as `count` sleepers wait, 1 by default. */
  async untilSleeping(count = 1): Promise<void> {
    while (this.#sleepers.size < count) {
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /**
   * Moves the clock, waking sleepers in the order of their time. After each, promises and immediates settle, so that
   * what a sleeper does next happens at its time; answers from a network are not waited for.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    await settle();
    await this.#moveTo(end);
  }

  /** Sets the wall clock, forwards or back, to milliseconds since 1970. Sleepers do not notice, as on a machine. */
  set(milliseconds: number): void {
    this.#wall = milliseconds;
  }

  async #moveTo(end: number): Promise<void> {
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#move(next.due);
      next.wake();
      await settle();
    }
    this.#move(end);
    await settle();
  }

  #move(elapsed: number): void {
    this.#wall += Math.max(elapsed - this.#elapsed, 0);
    this.#elapsed = Math.max(elapsed, this.#elapsed);
  }

  #next(end: number): Sleeper | undefined {
    const [first] = [...this.#sleepers].sort((a, b) => a.due - b.due);
    return first && first.due <= end ? first : undefined;
  }

  #sleepUntil(due: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', stop);
      };
      const stop = (): void => {
        leave();
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        leave();
        resolve();
      };
      const sleeper: Sleeper = { due, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
      for (const watcher of this.#watchers) watcher();
      this.#watchers.clear();
    });
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
