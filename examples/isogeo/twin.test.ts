import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../dist/isogeo/twin/main.js', import.meta.url));

let folder: string;
let twin: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-twin-'));
  twin = spawn(process.execPath, [program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
});
afterEach(async () => {
  const exited = once(twin, 'exit');
  twin.kill();
  await exited;
  rmSync(folder, { recursive: true });
});

describe('the twin of Isogeo', () => {
  test('says how to call the programs, and that works', async () => {
    const commands: string[] = [];
    for await (const line of createInterface({ input: twin.stdout! })) {
      if (/^(export|node) /.test(line)) commands.push(line);
      if (commands.length === 2) break;
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', commands.join('\n')]);
    expect(stdout).toMatch(/group\.json: 2 shares\n {2}Coast and sea\n {2}Roads\n$/);
    const [url = ''] = /http:\S+/.exec(commands[0] ?? '') ?? [];
    expect((await fetch(`${url}//`)).status).toBe(404); // no URL by itself
  });
});
