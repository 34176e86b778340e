import type { Report, WorkerSettings } from './messages.js';
import { Worker } from './worker.js';

/** The processes that share the tokens, and one more that is ready to replace a dead one. */
export class Crew {
  readonly members: Worker[] = [];
  readonly #started = new Set<Worker>();
  readonly #settings: WorkerSettings;
  readonly #hear: (worker: Worker, report: Report) => void;
  readonly #killAll = (): void => {
    for (const worker of this.#started) void worker.kill();
  };
  readonly #starts = new Set<Promise<Worker>>();
  #spare: Promise<Worker> | undefined;

  constructor(settings: WorkerSettings, hear: (worker: Worker, report: Report) => void) {
    this.#settings = settings;
    this.#hear = hear;
    process.once('exit', this.#killAll);
  }

  /** Starts `count` processes. */
  async fill(count: number): Promise<void> {
    this.members.push(...(await Promise.all(Array.from({ length: count }, () => this.#start()))));
    this.#spare = this.#start();
  }

  /** Puts a fresh process in the place of each dead one. */
  async replaceDead(): Promise<void> {
    for (const [place, worker] of this.members.entries()) {
      if (!worker.isDead) continue;
      this.#started.delete(worker);
      const next = await (this.#spare ?? this.#start());
      this.members[place] = next;
      this.#spare = this.#start();
    }
  }

  /** Kills all processes, and resolves when they are gone. */
  async dispose(): Promise<void> {
    await Promise.allSettled(this.#starts);
    await Promise.all([...this.#started].map((worker) => worker.kill()));
    process.off('exit', this.#killAll);
  }

  #start(): Promise<Worker> {
    const starting = Worker.start(this.#settings, this.#hear).then((worker) => {
      this.#started.add(worker);
      return worker;
    });
    this.#starts.add(starting);
    starting.catch(() => undefined).finally(() => this.#starts.delete(starting)); // told to whoever takes the spare
    return starting;
  }
}
