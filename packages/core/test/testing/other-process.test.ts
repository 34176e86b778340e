import { expect, test } from '@jest/globals';
import { MemoryTokenStorage, TokenSet } from '@latchkey/core';
import { asOtherProcess } from '@latchkey/core/testing';

test('A storage as of another process tells and lists what the storage does', async () => {
  const storage = Object.assign(new MemoryTokenStorage(), { isOneRecord: true });
  const tokens = TokenSet.from({ access_token: 'a' }).withStamp({ key: 'ada', generation: 1 });
  await storage.save('ada', tokens, { expected: 0 });
  const other = asOtherProcess(storage);
  expect(other.isOneRecord).toBe(true);
  expect(other.id).not.toBe(storage.id);
  const keys: (string | undefined)[] = [];
  for await (const { key } of other.list?.() ?? []) keys.push(key);
  expect(keys).toEqual(['ada']);
  const { list: _none, ...without } = { ...other };
  expect(asOtherProcess(without)).not.toHaveProperty('list');
});
