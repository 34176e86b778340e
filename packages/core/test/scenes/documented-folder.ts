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

  static async copy(page: string, files: readonly string[]): Promise<DocumentedFolder> {
    const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-documented-'));
    symlinkSync(path.join(import.meta.dirname, '../../../../examples/node_modules'), path.join(folder, 'node_modules'));
    for (const file of files) writeFileSync(path.join(folder, file), blockWith(`// ${file}`, page));
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
