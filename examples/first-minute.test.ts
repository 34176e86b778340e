import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { blockWith } from '../packages/core/test/scenes/documented-block.js';

describe('The first minute of README.md, copied as it stands', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-first-minute-'));
  let server: ChildProcess;
  let command: string;

  beforeAll(async () => {
    symlinkSync(path.join(import.meta.dirname, 'node_modules'), path.join(folder, 'node_modules'));
    for (const file of ['first.mjs', 'server.mjs'])
      writeFileSync(path.join(folder, file), blockWith(`// ${file}`, 'README.md'));
    server = spawn(process.execPath, ['server.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = (await once(server.stdout!, 'data')) as [Buffer];
    [, command = ''] = /: node (.*)\n/.exec(printed.toString()) ?? [];
  });

  afterAll(async () => {
    const ended = once(server, 'exit');
    server.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });

  const run = () => promisify(execFile)(process.execPath, command.split(' '), { cwd: folder });

  test('logs in by what the server wrote, and then takes what is stored', async () => {
    const done = expect.stringMatching(/^200 \d{4}-.*\n$/);
    expect(await run()).toEqual({ stdout: done, stderr: expect.stringContaining('http://127.0.0.1') });
    expect(await run()).toEqual({ stdout: done, stderr: '' });
  });
});
