/** A terminal of 80 columns, by tmux, for tests: what a person would type, and see. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installFromDebian } from '../debian-package.js';

export class Terminal implements Disposable {
  readonly #socket: string;

  /** Opens a shell in a folder, with these variables and no others. Installs tmux where root runs this on Debian. */
  constructor(folder: string, env: Readonly<Record<string, string>>) {
    if (spawnSync('tmux', ['-V']).status !== 0) installFromDebian('tmux', 'tmux');
    this.#socket = join(folder, 'tmux');
    const size = ['-x', '80', '-y', '40'];
    const variables = { ...env, PS1: '> ', LC_ALL: 'C.UTF-8', TERM: 'xterm', SHELL: '/bin/sh' };
    const command = ['-u', '-S', this.#socket, '-f', '/dev/null', 'new-session', '-d', ...size, '/bin/sh'];
    execFileSync('tmux', command, { cwd: folder, env: variables });
  }

  /** Types a line. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', line);
    this.#tmux('send-keys', 'Enter');
  }

  /** Presses a key by tmux's name of it. */
  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  /** What is to be seen, line by line as the terminal has broken it. */
  get screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  /** The same, with lines that were broken in one. */
  get text(): string {
    return this.#tmux('capture-pane', '-p', '-J').trimEnd();
  }

  /** Waits until something is to be seen. */
  async until(pattern: RegExp, seconds = 30): Promise<RegExpExecArray> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = pattern.exec(this.text);
      if (found) return found;
      if (Date.now() > end) throw new Error(`${String(pattern)} was not to be seen:\n${this.text}`);
      await sleep(50);
    }
  }

  #tmux(...command: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...command], { encoding: 'utf8' });
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }
}
