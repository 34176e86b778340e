import { afterEach } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'children');
const running = new Set<Child>();

afterEach(async () => {
  await Promise.all([...running].map((child) => child.kill()));
});

/** A program of `children/` that runs, what it has said, and what it is told. */
export class Child {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  #heard: () => void = () => undefined;

  constructor(process: ChildProcess) {
    this.#process = process;
    this.exited = once(process, 'close').then(([code]) => {
      running.delete(this);
      this.#heard();
      return code as number | null;
    });
    createInterface(process.stdout!).on('line', (line) => {
      this.lines.push(line);
      this.#heard();
    });
    running.add(this);
  }

  /** The first line that begins so, without that beginning; rejects when the program ends without it. */
  async says(start: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((said) => said.startsWith(start));
      if (line !== undefined) return line.slice(start.length).trim();
      if (!running.has(this)) throw new Error(`The child ended and only said: ${this.lines.join('; ')}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  tell(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}

/** Starts a program of `children/` with one argument, as JSON. */
export function start(name: string, argument: object): Child {
  return run(process.execPath, [join(folder, name), JSON.stringify(argument)]);
}

/** The same for a program that may have so many descriptors. */
export function startLimited(descriptors: number, name: string, argument: object): Child {
  const program = [process.execPath, join(folder, name), JSON.stringify(argument)];
  return run('sh', ['-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...program]);
}

function run(command: string, args: readonly string[]): Child {
  return new Child(spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
}
