/** Keeps a process to a share of one core. */
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two moments at which something is done. */
const [least, most] = [5, 200];

export class Pace {
  #share;
  #usage = process.cpuUsage();
  #since = performance.now();

  constructor(share) {
    this.#share = share;
  }

  /** Rests for as long as it takes for what was done since the last time to have been that share. */
  async rest() {
    const { user, system } = process.cpuUsage(this.#usage);
    const elapsed = performance.now() - this.#since;
    this.#usage = process.cpuUsage();
    this.#since = performance.now();
    await pause(Math.min(Math.max((user + system) / 1000 / this.#share - elapsed, least), most));
  }
}
