import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CallerReport } from './caller-process.js';
import type { Settings } from './settings.js';

const program = fileURLToPath(new URL('caller-process.js', import.meta.url));

/** A process of its own that asks for tokens. */
export class Caller {
  /** Resolves when the process has begun and waits for its turn. */
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #until: AbortSignal;

  constructor(settings: Settings, signal: AbortSignal) {
    const ended = new AbortController();
    this.#child = fork(program, [JSON.stringify(settings)]);
    this.#child.once('disconnect', () => ended.abort(new Error('A process of the demo ended before its time.')));
    this.#until = AbortSignal.any([signal, ended.signal]);
    this.ready = this.#nextMessage();
  }

  /** Lets the process make its calls, all at once. */
  async call(times: number): Promise<CallerReport> {
    const report = this.#nextMessage();
    this.#child.send(times);
    return (await report) as CallerReport;
  }

  /** Leaves no process. What it had to save is saved, or goes with the folder of the demo. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #nextMessage(): Promise<unknown> {
    try {
      const [message] = (await once(this.#child, 'message', { signal: this.#until })) as unknown[];
      return message;
    } catch (error) {
      throw this.#until.aborted ? this.#until.reason : error;
    }
  }
}
