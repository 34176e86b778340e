import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DocumentedFolder } from '../packages/core/test/scenes/documented-folder.js';

const readme = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8');

/** What README says that each run prints, after the line with its command. */
const shown = /```text\n(\$ node first.mjs[^`]*)```/
  .exec(readme)![1]!
  .trim()
  .split(/\n(?=\$)/)
  .map((run) => run.slice(run.indexOf('\n') + 1));

/** Text without what differs each time: the server, codes and times. */
function alike(text: string): string {
  return text
    .trim()
    .replace(/https?:\/\/[^/]+/g, 'ORIGIN')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .replace(/[\d:]{7,8} [AP]M/g, 'TIME')
    .replace(/\b[A-Z0-9]{12}\b/g, 'CODE');
}

describe('The first minute of README.md, copied as it stands', () => {
  let folder: DocumentedFolder;
  beforeAll(async () => {
    folder = await DocumentedFolder.copy('README.md', ['first.mjs', 'server.mjs']);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test('prints what README shows: a login, and then the status alone, with what is stored', async () => {
    const [login, stored, renewed] = shown.map(alike);
    const { stderr, stdout } = await folder.run();
    expect(alike(stderr + stdout)).toBe(login);
    const second = await folder.run();
    expect(alike(second.stdout)).toBe(stored);
    expect(second.stderr).toBe('');
    expect(renewed).toBe(stored);
  });
});
