import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DocumentedFolder } from '../packages/core/test/scenes/documented-folder.js';

const page = 'docs/getting-started.md';

/** The commands of the page after the first block, in its order. */
const [run = '', again = '', five = '', logout = ''] = [
  ...readFileSync(path.join(import.meta.dirname, '..', page), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms),
].flatMap(([, command = '']) => (command.includes('npm install') ? [] : [command.trim()]));

describe('docs/getting-started.md, step by step', () => {
  let folder: DocumentedFolder;
  let tokens: string;
  beforeAll(async () => {
    folder = await DocumentedFolder.copy(page, ['server.mjs', 'program.mjs']);
    tokens = path.join(folder.path, 'my-tokens.json');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const result = /^200 \d{4}-\d\d-\d\d/;
  const linesOf = async (command: string) => (await folder.run(command)).stdout.trim().split('\n');

  /** As if 20 seconds had gone by: what is stored has ended. */
  function letTokenEnd(): void {
    const record = JSON.parse(readFileSync(tokens, 'utf8')) as { expires_at: number };
    expect(record.expires_at).toBeGreaterThan(Date.now() / 1000 - 1000);
    writeFileSync(tokens, JSON.stringify({ ...record, expires_at: Math.floor(Date.now() / 1000) - 1 }));
  }

  test('the server says the command of the page', () => {
    expect([folder.command, again]).toEqual([run, run]);
  });

  test('the first run shows where to approve, logs in, and calls the API', async () => {
    const { stdout, stderr } = await folder.run(run);
    expect(stderr).toContain('http://127.0.0.1');
    expect(stdout.split('\n')).toEqual(['logged in', expect.stringMatching(result), '']);
  });

  test('the next takes what is stored', async () => {
    expect(await linesOf(again)).toEqual([expect.stringMatching(result)]);
  });

  test('one after its end renews it', async () => {
    letTokenEnd();
    expect(await linesOf(again)).toEqual(['renewed', expect.stringMatching(result)]);
  });

  test('of five at once, one renews', async () => {
    letTokenEnd();
    const lines = await linesOf(five);
    expect(lines.filter((line) => result.test(line))).toHaveLength(5);
    expect(lines.filter((line) => !result.test(line))).toEqual(['renewed']);
  });

  test('logging out deletes what is stored, and the next run logs in', async () => {
    await folder.run(logout);
    expect(existsSync(tokens)).toBe(false);
    expect(await linesOf(run)).toContain('logged in');
  });
});
