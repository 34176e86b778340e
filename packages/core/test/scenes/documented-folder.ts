import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { blockWith } from './documented-block.js';

/** A folder as a reader has it who copied the files of a page, with the page's server running in it. */
export class DocumentedFolder implements AsyncDisposable {
  private constructor(
    readonly path: string,
    readonly server: ChildProcess,
    /** What the server says to type. */
    readonly command: string,
  ) {}

  /** Copies `files` of `page`, the server among them, and `more`: files of other pages. */
  static async copy(
    page: string,
    files: readonly string[],
    more: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<DocumentedFolder> {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-documented-'));
    symlinkSync(path.join(import.meta.dirname, '../../../../examples/node_modules'), path.join(folder, 'node_modules'));
    for (const [from, names] of Object.entries({ [page]: files, ...more })) {
      for (const file of names) writeFileSync(path.join(folder, file), blockWith(`// ${file}`, from));
    }
    const server = spawn(process.execPath, ['server.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = (await once(server.stdout, 'data')) as [Buffer];
    const [, command = ''] = /: (node .*)\n/.exec(printed.toString()) ?? [];
    return new DocumentedFolder(folder, server, command);
  }

  run(command = this.command): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)('sh', ['-c', command], { cwd: this.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.server, 'exit');
    this.server.kill();
    await ended;
    rmSync(this.path, { recursive: true });
  }
}
