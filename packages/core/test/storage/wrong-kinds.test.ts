import { describe, expect, test } from '@jest/globals';
import {
  assertGeneration,
  encryption,
  openRecord,
  programRecordLifetime,
  readLogin,
  type RecordCodec,
  sealRecord,
  StorageConflictError,
  TokenSet,
} from '@latchkey/core';

const secret = 'at-of-ada';
const record = { access_token: secret, expires_in: 60, latchkey: { key: 'ada', generation: 5 } };
const tokens = TokenSet.from(record);
const text = JSON.stringify(record);
const codec = encryption([{ id: 'k', secret: new Uint8Array(32).fill(1) }]);

/** What `call` throws or is rejected with. */
async function failureOf(call: () => unknown): Promise<{ name: string; message: string; code?: string; said: string }> {
  try {
    await call();
  } catch (error) {
    const { name, message, stack, code } = error as Error & { code?: string };
    return { name, message, said: `${message} ${String(stack)} ${JSON.stringify(error)}`, ...(code && { code }) };
  }
  throw new Error('Nothing was thrown.');
}

async function expectTypeError(call: () => unknown, words: string): Promise<void> {
  const failure = await failureOf(call);
  expect(failure).toMatchObject({ name: 'TypeError', message: expect.stringContaining(words) });
  expect(failure.code).toBeUndefined();
  expect(failure.said).not.toContain(secret);
}

const kinds: [string, unknown][] = [
  ['Uint8Array', Buffer.from(text)],
  ['Uint8Array', new TextEncoder().encode(text)],
  ['ArrayBuffer', new TextEncoder().encode(text).buffer],
  ['Map', new Map(Object.entries(record))],
  ['Promise', Promise.resolve(record)],
  ['Promise', { then: () => undefined }],
];

describe('what is no record by its kind', () => {
  test.each(kinds)('is a TypeError that names %s, and not a record that a login may overwrite', async (kind, value) => {
    const words = `not ${kind}: decode bytes, await promises`;
    await expectTypeError(() => TokenSet.from(value), words);
    for (const given of [undefined, codec]) {
      await expectTypeError(() => openRecord(value, 'ada', given), words);
      await expectTypeError(() => readLogin(value, 'ada', given), words);
      await expectTypeError(() => readLogin(value, undefined, given), words);
    }
  });

  test('is what JSON has: such a value may be what somebody stored', async () => {
    for (const value of [undefined, null, 7, false, [record], {}, 'torn']) {
      expect(await failureOf(() => openRecord(value, 'ada'))).toMatchObject({ code: 'RECORD_UNREADABLE' });
      expect(await readLogin(value, 'ada')).toBeUndefined();
    }
  });

  test('is read when it has the tokens, whatever it calls itself', () => {
    class Row {
      readonly access_token = secret;
      readonly [Symbol.toStringTag] = 'Row';
    }
    expect(TokenSet.from(new Row()).accessToken).toBe(secret);
  });
});

describe('the functions for storages', () => {
  const noCodecs = [7, 'key', codec.seal, {}, { seal: codec.seal }, { open: codec.open }] as unknown as RecordCodec[];

  test.each(noCodecs)('take no codec that lacks seal or open: %p', async (given) => {
    const words = 'codec must have seal and open';
    await expectTypeError(() => openRecord(text, 'ada', given), words);
    await expectTypeError(() => readLogin(text, 'ada', given), words);
    await expectTypeError(() => sealRecord(tokens, 'ada', given), words);
  });

  test('take a text as the key', async () => {
    for (const key of [7, Buffer.from(secret), { secret }] as unknown as string[]) {
      await expectTypeError(() => openRecord(text, key), 'key of a record must be a string, not');
      await expectTypeError(() => readLogin(text, key), 'key of a record must be a string, not');
      await expectTypeError(() => sealRecord(tokens, key), 'key of a record must be a string, not');
    }
    await expectTypeError(() => sealRecord(tokens, undefined as unknown as string), 'not Undefined');
  });

  test('take a TokenSet, and not the record of one', async () => {
    for (const given of [record, text, 7, undefined, null] as unknown as TokenSet[]) {
      await expectTypeError(() => sealRecord(given, 'ada'), 'must be a TokenSet, not');
      await expectTypeError(() => programRecordLifetime(given, 0), 'must be a TokenSet, not');
    }
  });

  test('compare generations of token sets alone: a record would count as absent, and be overwritten', async () => {
    for (const given of [record, text] as unknown as TokenSet[]) {
      await expectTypeError(() => assertGeneration(given, 0), 'must be a TokenSet, not');
    }
    assertGeneration(undefined, 0);
    assertGeneration(tokens, undefined);
    expect(() => assertGeneration(tokens, 4)).toThrow(StorageConflictError);
  });
});

describe('encryption', () => {
  test.each<[string, unknown]>([
    ['a length', 32],
    ['a list', Array(32).fill('a')],
    ['wider numbers', new Uint16Array(32)],
    ['a symbol', Symbol(secret)],
    ['nothing', undefined],
  ])('takes no secret that is %s: the key would be others than was meant', async (_, given) => {
    await expectTypeError(() => encryption([{ id: 'k', secret: given as string }]), 'a secret of 32 bytes');
  });

  test('says what a key is where there is none', async () => {
    for (const given of [7, secret] as unknown as { id: string; secret: string }[]) {
      await expectTypeError(() => encryption([given]), 'must have a string as its id');
    }
  });

  test('takes the bytes of a buffer', () => {
    const secret = new Uint8Array(32).buffer as unknown as Uint8Array;
    expect(encryption([{ id: 'k', secret }])).toBeDefined();
  });
});
