import { afterEach } from '@jest/globals';
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'children');
const running = new Set<Child>();

afterEach(async () => {
  await Promise.all([...running].map((child) => child.kill()));
});

/** A program of `children/` that runs, and what it has said. */
export class Child {
  readonly lines: string[] = [];
  readonly pid: number;
  readonly exited: Promise<unknown>;
  readonly #process: ChildProcess;
  #heard: () => void = () => undefined;

  constructor(process: ChildProcess) {
    this.#process = process;
    this.pid = process.pid ?? 0;
    this.exited = once(process, 'close').then(() => {
      running.delete(this);
      this.#heard();
    });
    if (process.stdout) {
      createInterface(process.stdout).on('line', (line) => {
        this.lines.push(line);
        this.#heard();
      });
    }
    running.add(this);
  }

  /** The first line that begins so, as soon as it is there; rejects when the program ends without it. */
  async says(start: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((said) => said.startsWith(start));
      if (line !== undefined) return line;
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

  /** Kills the program as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}

export const script = (name: string): string => join(folder, name);

/** Starts a program of `children/`. */
export function start(name: string, args: readonly (string | number)[], options: SpawnOptions = {}): Child {
  return run(process.execPath, [script(name), ...args.map(String)], options);
}

export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  return new Child(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder, ...options }));
}

/** Runs a program to its end and reads the last line it printed as JSON. */
export async function outcomeOf(child: Child): Promise<Record<string, unknown>> {
  await child.exited;
  return JSON.parse(child.lines.at(-1) ?? 'null') as Record<string, unknown>;
}
