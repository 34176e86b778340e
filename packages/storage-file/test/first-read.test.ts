import { describe, expect, test } from '@jest/globals';
import { FileTokenStorage } from '@latchkey/storage-file';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOf, start } from './child.js';
import { makeFolder } from './folder.js';

describe('The first read of an account', () => {
  const read = (...args: string[]) => outcomeOf(start('first-read.mjs', [makeFolder(), ...args]));

  test('opens its file once, looks at it once, and reads it at one go', async () => {
    const { token, calls } = await read();
    expect(token).toBe('at');
    expect(calls).toEqual({ openSync: 1, fstatSync: 1, readSync: 1, closeSync: 1 });
  });

  test('makes few dates, and those of an event only where somebody listens', async () => {
    const [unheard, heard] = [await read(), await read('listens')];
    expect(unheard['dates']).toBeLessThanOrEqual(11);
    expect(heard['dates']).toBe(Number(unheard['dates']) + 2);
  });
});

test('Records of any size are read whole, one after the other', async () => {
  const file = join(makeFolder(), 'tokens.json');
  const storage = new FileTokenStorage({ file });
  for (const size of [100, 30_000, 8190, 8191, 8192, 8193, 100]) {
    const token = 'x'.repeat(size - '{"access_token":""}'.length);
    writeFileSync(file, JSON.stringify({ access_token: token }), { mode: 0o600 });
    expect((await storage.load('k'))?.accessToken).toBe(token);
  }
});

test.each([
  ['is as short as its size says', 100],
  ['is longer than that', 9000],
  ['grows beyond what is a record', 2_000_000],
])('No token stays in the buffer that is kept for further reads when a file %s', async (_what, length) => {
  const { buffers, dirty } = await outcomeOf(start('kept-buffer.mjs', [makeFolder(), String(length)]));
  expect(buffers).toBeGreaterThanOrEqual(1);
  expect(dirty).toEqual([]);
});

test('Where thousands of files are read at once, others get their turns in between', async () => {
  const storage = new FileTokenStorage({ folder: makeFolder() }, { perKey: true });
  let turns = 0;
  const count = (): void => {
    turns++;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  await Promise.all(Array.from({ length: 2000 }, (_, index) => storage.load(`account ${index}`)));
  clearImmediate(counting);
  expect(turns).toBeGreaterThanOrEqual(7);
});
