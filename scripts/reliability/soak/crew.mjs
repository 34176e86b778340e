/** The processes of a soak: started, heard, measured, and one of them killed now and then. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('worker.mjs', import.meta.url));

export class Crew {
  kills = 0;
  /** How processes ended that nobody had ended. */
  deaths = [];
  #settings;
  #hear;
  #seed;
  #members = [];
  #isLeaving = false;

  /** `hear` is told the messages of all processes, with the process id. */
  constructor(settings, seed, hear) {
    this.#settings = settings;
    this.#seed = seed;
    this.#hear = hear;
  }

  start(count) {
    for (let n = 0; n < count; n++) this.#members.push(this.#startOne());
  }

  /** Kills the last process as a power cut would, after `tell` was told of it, and starts another in its place. */
  async replaceLast(tell) {
    const victim = this.#members.pop();
    tell(victim.pid);
    await this.#kill(victim);
    this.kills++;
    this.#members.push(this.#startOne());
  }

  /** Lets all processes rest and measures them; the last one, which is killed too often to be compared, is left out. */
  async measure() {
    const measured = await Promise.all(this.#members.map((member) => measureOne(member)));
    return measured.slice(0, -1).filter((vitals) => vitals !== undefined);
  }

  async dispose() {
    this.#isLeaving = true;
    await Promise.all(this.#members.map((member) => this.#kill(member)));
  }

  #startOne() {
    const settings = { ...this.#settings, seed: ++this.#seed };
    const child = fork(program, [JSON.stringify(settings)], { execArgv: ['--expose-gc'] });
    child.on('message', (message) => this.#hear(message, child.pid));
    child.once('exit', (code, signal) => {
      if (!this.#isLeaving && signal !== 'SIGKILL') this.deaths.push(`${child.pid}: ${signal ?? `exit code ${code}`}`);
    });
    return child;
  }

  async #kill(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

function measureOne(child) {
  return new Promise((resolve) => {
    const listen = ({ measured }) => {
      if (!measured) return;
      child.off('message', listen);
      child.off('exit', leave);
      resolve(measured);
    };
    const leave = (error) => error !== null && resolve(undefined);
    child.on('message', listen);
    child.once('exit', leave);
    child.send({ measure: true }, leave);
  });
}
