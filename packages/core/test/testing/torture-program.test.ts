import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const isPublished = process.env['LATCHKEY_CONDITION'] === 'published';
const kit = new URL(`../../${isPublished ? 'bundle' : 'dist/testing/torture'}/main.js`, import.meta.url);
const storage = new URL('./children/forgetful-storage.mjs', import.meta.url);

test('The torture kit ends when it has told all, whatever the storage keeps open, and tells why that failed', async () => {
  const args = [fileURLToPath(kit), storage.href, '--hits', '1', '--processes', '2', '--lock-timeout', '0.3'];
  const ended: unknown = await promisify(execFile)(process.execPath, args, { timeout: 100_000 }).catch(
    (error: unknown) => error,
  );
  expect(ended).toMatchObject({
    killed: false,
    code: 1, // a storage that no two processes share keeps no login
    stdout: expect.stringContaining('| total '),
    stderr: expect.stringContaining('the disk said EIO'),
  });
});
