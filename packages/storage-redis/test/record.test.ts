import { createKeyv } from '@keyv/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CredentialMismatchError,
  KeyvTokenStorage,
  type RecordCodec,
  StorageConflictError,
  StorageUnavailableError,
} from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { keySlot } from '../dist/link/key-slot.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, key, overwriting, someTokens, waiting } from './some.js';

let server: RedisServer;
let storage: RedisTokenStorage;
const name = `latchkey::${key}`;

beforeAll(async () => {
  server = await RedisServer.start();
  storage = new RedisTokenStorage({ url: server.url });
});
beforeEach(() => server.send('FLUSHALL'));
afterAll(async () => {
  await storage.close();
  await server.kill();
});

describe('A record', () => {
  test('that version 0.1 stored is found, compared and followed', async () => {
    const record =
      '{"value":"{\\"access_token\\":\\"at-1\\",\\"refresh_token\\":\\"rt-1\\",\\"expires_at\\":1900000000,' +
      '\\"issued_at\\":1800000000,\\"latchkey\\":{\\"version\\":1,\\"key\\":\\"the key\\",\\"generation\\":7}}","generation":7}';
    await server.send('SET', 'latchkey::the key', record);
    expect(await storage.load('the key')).toMatchObject({ accessToken: 'at-1', refreshToken: 'rt-1', generation: 7 });
    await expect(storage.save('the key', someTokens(8, 'the key'), expecting(6))).rejects.toThrow(/found 7/);
    await storage.save('the key', someTokens(8, 'the key'), expecting(7));
    expect(String(await server.send('KEYS', 'latchkey::*'))).toBe('latchkey::the key');
  });

  test('is read by a plain Keyv of this namespace, and the other way round', async () => {
    const keyv = createKeyv(server.url, { namespace: 'latchkey' });
    await using _closing = { [Symbol.asyncDispose]: () => keyv.disconnect() };
    const beside = new KeyvTokenStorage(keyv, { lock: 'process' });
    await storage.save(key, someTokens(5), expecting(0));
    expect(JSON.parse((await keyv.get(key)) as string)).toEqual(someTokens(5).toJSON());
    expect((await beside.load(key))?.generation).toBe(5);
    await beside.save(key, someTokens(7), { expected: 5 });
    expect((await storage.load(key))?.toJSON()).toEqual(someTokens(7).toJSON());
    expect(await errorOf(storage.save(key, someTokens(8), expecting(5)))).toBeInstanceOf(StorageConflictError);
    await storage.save(key, someTokens(8), expecting(7));
    await keyv.set(key, someTokens(9).toJSON());
    await storage.save(key, someTokens(10), expecting(9));
  });

  test('whose reply is no text is no record, and not "nothing there"', async () => {
    await using odd = new RedisTokenStorage({ client: { sendCommand: async () => ({ value: {} }) } });
    await expect(odd.load(key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false });
  });

  test('shares a slot with its lock, whatever its key is', async () => {
    await using clustered = await RedisServer.start({ args: ['--cluster-enabled', 'yes'], open: true });
    for (const key of ['a', '{a}', '}a{', '{}', '{', '}', '{a}{b}', 'a{b}c', '{=}', '']) {
      const seen: string[] = [];
      const client = {
        isOpen: true,
        connect: async () => undefined,
        subscribe: async () => undefined,
        unsubscribe: async () => undefined,
        slots: [],
        masters: [],
        nodeClient: async () => ({ sendCommand: async () => undefined }),
        sendCommand: async (_key: unknown, _isReadonly: unknown, command: string[]) => {
          seen.push(...command.slice(3, 3 + Number(command[2])));
          return ['saved'];
        },
      };
      await new RedisTokenStorage({ client }).save(key, someTokens(1, key), overwriting);
      const slots = await Promise.all(seen.map((name) => clustered.send('CLUSTER', 'KEYSLOT', name)));
      expect(slots).toEqual(seen.map(keySlot));
      expect(slots).toHaveLength(2);
      expect(slots[0]).toBe(slots[1]);
    }
  });

  test.each([
    ['text', 'not json'],
    ['an empty value', ''],
    ['JSON without an envelope', '{"access_token":"secret-at"}'],
    ['an envelope around nothing', '{"value":null}'],
    ['an envelope around text', '{"value":"secret"}'],
    ['half a record', '{"value":"{\\"access_token\\":\\"secre'],
  ])('that is none (%s) is an error for good, until a login overwrites it', async (_what, text) => {
    await server.send('SET', name, text);
    for (const failing of [storage.load(key), storage.save(key, someTokens(2), expecting(1))]) {
      const error = await errorOf(failing);
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(error).toMatchObject({ retryable: false });
      expect(String(error.stack)).not.toContain('secret');
    }
    await storage.save(key, someTokens(3), overwriting);
    expect((await storage.load(key))?.generation).toBe(3);
  });

  test.each([
    ['text', ['SET', name, 'not json']],
    ['half a record', ['SET', name, '{"value":"{\\"access_token\\":\\"secre']],
    ['a list', ['LPUSH', name, 'a']],
  ])('that is none (%s) is deleted by who expects nothing in particular', async (_what, command) => {
    await server.send(...command);
    expect(await errorOf(storage.delete(key, expecting(1)))).toMatchObject({ code: 'RECORD_UNREADABLE' });
    expect(await server.send('EXISTS', name)).toBe(1);
    await storage.delete(key, overwriting);
    expect(await server.send('EXISTS', name)).toBe(0);
    expect(await storage.load(key)).toBeUndefined();
  });

  test('of another type is an error for good, until a login overwrites it', async () => {
    await server.send('LPUSH', name, 'a');
    const look = (): Promise<Error> => errorOf(storage.load(key));
    const unusable = { code: 'STORAGE_UNAVAILABLE', retryable: false, message: expect.stringContaining('WRONGTYPE') };
    expect(await look()).toMatchObject(unusable);
    expect(await storage.withLock(key, look, waiting())).toMatchObject(unusable);
    expect(await errorOf(storage.save(key, someTokens(2), expecting(1)))).toMatchObject({ retryable: false });
    await storage.save(key, someTokens(3), overwriting);
    expect((await storage.load(key))?.generation).toBe(3);
  });

  test('of another credential is a mismatch', async () => {
    await storage.save('bob', someTokens(1, 'bob'), overwriting);
    await server.send('COPY', 'latchkey::bob', name);
    expect(await errorOf(storage.load(key))).toBeInstanceOf(CredentialMismatchError);
    await storage.save(key, someTokens(2), overwriting);
    expect((await storage.load(key))?.generation).toBe(2);
  });

  test('is compared by generations as large as numbers are exact', async () => {
    const large = Number.MAX_SAFE_INTEGER;
    await storage.save(key, someTokens(large - 1), overwriting);
    expect(await errorOf(storage.save(key, someTokens(large), expecting(large - 2)))).toBeInstanceOf(
      StorageConflictError,
    );
    await storage.save(key, someTokens(large), expecting(large - 1));
    expect((await storage.load(key))?.generation).toBe(large);
  });

  test('is saved again as it was by a caller that does not know whether it was saved, also with a codec', async () => {
    let seals = 0;
    const codec: RecordCodec = {
      seal: async (record) => `${++seals} ${record}`,
      open: async (text) => text.slice(text.indexOf(' ')),
    };
    const sealing = new RedisTokenStorage({ url: server.url, codec });
    const tokens = someTokens(2);
    await sealing.save(key, tokens, expecting(0));
    await sealing.save(key, tokens, expecting(0));
    expect(await errorOf(sealing.save(key, someTokens(2), expecting(0)))).toBeInstanceOf(StorageConflictError);
    expect((await sealing.load(key))?.toJSON()).toEqual(tokens.toJSON());
    await sealing.close();
  });
});

describe('The time for which a record is kept', () => {
  const day = 86_400_000;
  const now = Math.floor(Date.now() / 1000);
  const timeToLive = async () => Number(await server.send('PTTL', name));

  test('has no end by itself, even when the access token has expired', async () => {
    await storage.save(key, someTokens(1, key, { issued_at: now - 9000, expires_at: now - 5000 }), overwriting);
    expect(await timeToLive()).toBe(-1);
  });

  test('ends a day after the refresh token does, where the server says when', async () => {
    for (const field of ['refresh_expires_in', 'refresh_token_expires_in']) {
      await storage.save(key, someTokens(1, key, { issued_at: now, [field]: 3600 }), overwriting);
      expect((await timeToLive()) / 1000).toBeCloseTo((day + 3_600_000) / 1000, -2);
    }
    await storage.save(key, someTokens(2, key, { issued_at: now, refresh_expires_in: 0 }), overwriting);
    expect(await timeToLive()).toBe(-1);
  });

  test('follows the option where the server does not say', async () => {
    const brief = new RedisTokenStorage({ url: server.url, refreshTokenLifetime: 60 });
    for (const never of [0, '0']) {
      await brief.save(key, someTokens(1, key, { issued_at: now, refresh_expires_in: never }), overwriting);
      expect(await timeToLive()).toBe(-1);
    }
    await brief.save(key, someTokens(1, key, { issued_at: now - 600 }), overwriting);
    expect((await timeToLive()) / 1000).toBeCloseTo(day / 1000, -2);
    await brief.close();
  });
});
