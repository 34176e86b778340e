import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DocumentedFolder } from '../packages/core/test/scenes/documented-folder.js';

describe('The first minute of README.md, copied as it stands', () => {
  let folder: DocumentedFolder;
  beforeAll(async () => {
    folder = await DocumentedFolder.copy('README.md', ['first.mjs', 'server.mjs']);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test('logs in by what the server wrote, and then takes what is stored', async () => {
    const done = expect.stringMatching(/^200 \d{4}-.*\n$/);
    expect(await folder.run()).toEqual({ stdout: done, stderr: expect.stringContaining('http://127.0.0.1') });
    expect(await folder.run()).toEqual({ stdout: done, stderr: '' });
  });
});
