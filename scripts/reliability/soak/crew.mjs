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
  /** Those that were ended here. The kernel ends processes by SIGKILL too, where memory is short. */
  #ended = new WeakSet();

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
    await Promise.all(this.#members.map((member) => this.#kill(member)));
  }

  #startOne() {
    const settings = { ...this.#settings, seed: ++this.#seed };
    const child = fork(program, [JSON.stringify(settings)], { execArgv: ['--expose-gc'] });
    child.on('message', (message) => this.#hear(message, child.pid));
    child.once('exit', (code, signal) => {
      if (!this.#ended.has(child)) this.deaths.push(`${child.pid}: ${signal ?? `exit code ${code}`}`);
    });
    return child;
  }

  async #kill(child) {
    this.#ended.add(child);
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
    const leave = () => resolve(undefined);
    child.on('message', listen);
    child.once('exit', leave);
    child.send({ measure: true }, (error) => error && leave());
  });
}
