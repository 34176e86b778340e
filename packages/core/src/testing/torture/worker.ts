import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { forkOptions } from '../child-process.js';
import type { FromWorker, Outcome, Question, Report, ToWorker, WorkerSettings } from './messages.js';

/** The parent's hold on one process. */
export class Worker {
  readonly #process: ChildProcess;
  readonly #ended: Promise<undefined>;
  #answer: (outcomes: readonly Outcome[]) => void = () => undefined;
  #thawing = false;
  /** Whether it is frozen, or has not been heard of since. */
  isFrozen = false;
  /** Whether it has ended, or was sent SIGKILL. */
  isDead = false;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = new Promise((resolve) => {
      process.once('close', () => {
        this.isDead = true;
        resolve(undefined);
      });
    });
  }

  /** Starts a process, and resolves when it is ready. @throws Error when it ends before */
  static async start(settings: WorkerSettings, hear: (worker: Worker, report: Report) => void): Promise<Worker> {
    const program = fileURLToPath(new URL('./child.js', import.meta.url));
    const child = fork(program, [JSON.stringify(settings)], forkOptions());
    const worker = new Worker(child);
    const ready = new Promise<boolean>((resolve) => {
      child.once('error', () => {
        resolve(false);
      });
      child.on('message', (message: FromWorker) => {
        worker.#thawed();
        if ('report' in message) hear(worker, message.report);
        else if ('outcomes' in message) worker.#answer(message.outcomes);
        else resolve(true);
      });
    });
    if (await Promise.race([ready, worker.#ended])) return worker;
    throw new Error(`A process of the torture ended before it was ready. Does ${settings.storageModule} work?`);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Asks for tokens; `undefined` when the process ended instead of answering. */
  ask(question: Question): Promise<readonly Outcome[] | undefined> {
    const answered = new Promise<readonly Outcome[]>((resolve) => (this.#answer = resolve));
    this.#send({ question });
    return Promise.race([answered, this.#ended]);
  }

  /** Lets the process go on from the point that it reported under this number. */
  go(id: number): void {
    this.#send({ go: id });
  }

  /** Kills the process as a power cut would, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.isDead = true;
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  freeze(): void {
    this.isFrozen = true;
    this.#thawing = false;
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#thawing = true;
    this.#process.kill('SIGCONT');
  }

  #thawed(): void {
    if (this.#thawing) this.isFrozen = false;
  }

  #send(message: ToWorker): void {
    // It may just have been killed; then nobody waits for the message either.
    this.#process.send(message, () => undefined);
  }
}
