import type { Fault } from './fault.js';

/** What an instance knows of the lock that it holds. */
export interface OwnHold {
  readonly isLost: boolean;
  readonly state: string;
}

/** One way in which a step can go. */
export interface Way {
  readonly name: string;
  readonly fault?: Fault;
  take(): void;
}

/** Ends a step; `told` names what the instance learns by it. */
export interface Ending<T> {
  resolve(value: T, told?: string): void;
  reject(error: unknown, told?: string): void;
}

interface Step {
  readonly name: string;
  readonly ways: () => readonly Way[];
  readonly drop: (error: Error) => void;
  readonly abandoned: (() => void) | undefined;
}

interface StepOptions {
  /** Ends the step when it is aborted. */
  readonly signal?: AbortSignal | null | undefined;
  /** Called when nobody waits for the step any longer. */
  readonly abandoned?: () => void;
}

/**
 * A process, as far as the others can tell: it shares nothing with them but storage, lock and server, and moves only
 * when a step of it is taken. What it has learned step by step, with the time, decides all that it does.
 */
export class Instance {
  readonly name: string;
  readonly #steps = new Set<Step>();
  readonly #now: () => number;
  #learned = '';
  /** Counts whatever happened here, to see when nothing moves any more. */
  moves = 0;
  isAlive = true;
  /** Callers that still wait. */
  callers = 0;
  hold: OwnHold | undefined;
  /** The refresh token that was sent, until its successor is saved or it is known to be unspent. */
  redeeming: string | undefined;
  /** Generations that this instance has read or written. */
  readonly generations = new Set<number>();
  /** Access tokens that it has reported as unsaved. */
  readonly reported = new Set<string>();
  isClosed = false;

  constructor(name: string, now: () => number) {
    this.name = name;
    this.#now = now;
  }

  /** Waits until the explorer takes one of the ways. */
  step<T>(
    name: string,
    waysOf: (ending: Ending<T>) => readonly Way[],
    { signal, abandoned }: StepOptions = {},
  ): Promise<T> {
    if (this.isClosed) return Promise.reject(new Error('The run is over.'));
    this.moves++;
    return new Promise<T>((resolve, reject) => {
      const leave = (told: string): void => {
        this.#steps.delete(step);
        this.learn(`${name} ${told}`);
      };
      const ending: Ending<T> = {
        resolve: (value, told = '') => {
          leave(told);
          resolve(value);
        },
        reject: (error, told = 'fails') => {
          leave(told);
          reject(error);
        },
      };
      const step = { name, ways: () => waysOf(ending), drop: reject, abandoned };
      this.#steps.add(step);
      signal?.addEventListener('abort', () => {
        if (!this.#steps.has(step)) return;
        abandoned?.();
        ending.reject(signal.reason, 'aborted');
      });
    });
  }

  learn(what: string): void {
    this.moves++;
    this.#learned += `${what} @${this.#now()};`;
  }

  get ways(): Way[] {
    if (!this.isAlive) return [];
    return [...this.#steps].flatMap((step) => step.ways());
  }

  /** Whether nothing moves here until a step is taken. */
  get isStill(): boolean {
    return !this.isAlive || this.callers === 0 || this.#steps.size > 0;
  }

  /** Everything that its future depends on. One that has crashed has none. */
  get state(): string {
    if (!this.isAlive) return 'dead';
    const steps = [...this.#steps].map((step) => step.name).join();
    return `${this.#learned}[${steps}]${this.callers}${this.redeeming ?? ''}${this.hold?.state ?? ''}`;
  }

  /** Stops for good, wherever it is. */
  crash(): void {
    this.isAlive = false;
    for (const step of this.#steps) step.abandoned?.();
  }

  /** Ends whatever waits, so that nothing of this run stays behind. */
  close(): void {
    this.isClosed = true;
    for (const step of this.#steps) step.drop(new Error('The run is over.'));
    this.#steps.clear();
  }
}
