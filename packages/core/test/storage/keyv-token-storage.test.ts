import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import {
  CredentialMismatchError,
  KeyvTokenStorage,
  type Lock,
  StorageUnavailableError,
  TokenSet,
} from '@latchkey/core';
import { Keyv } from 'keyv';

const tokens = TokenSet.from({ access_token: 'at-secret-1', refresh_token: 'rt-secret-1' });
const stamped = (key: string, generation: number) => tokens.withStamp({ key, generation });
const overwrite = { expected: undefined };
const waiting = () => ({ signal: new AbortController().signal, timeout: 5 });

/** A store whose operations fail in a way of the test's choice, as `@keyv/redis` may: throwing, emitting, saying no. */
class FailingStore extends EventEmitter {
  readonly map = new Map<string, unknown>();
  readonly opts = {};
  failure: 'none' | 'throw' | 'emit' | 'false' = 'none';
  error = new Error('connect ECONNREFUSED 127.0.0.1:6379');

  async get(key: string): Promise<unknown> {
    this.#fail();
    return this.failure === 'emit' ? undefined : this.map.get(key);
  }
  async set(key: string, value: unknown): Promise<boolean | undefined> {
    if (this.failure === 'false') return false;
    this.#fail();
    if (this.failure !== 'emit') this.map.set(key, value);
    return undefined;
  }
  async delete(key: string): Promise<boolean> {
    if (this.failure === 'false') return false;
    this.#fail();
    return this.failure === 'none' && this.map.delete(key);
  }
  async clear(): Promise<void> {
    this.map.clear();
  }
  #fail(): void {
    if (this.failure === 'throw') throw this.error;
    if (this.failure === 'emit') this.emit('error', this.error);
  }
}

function open(options: object = {}) {
  const store = new FailingStore();
  const keyv = new Keyv({ store, ...options });
  return { store, keyv, storage: new KeyvTokenStorage(keyv, { lock: 'process' }) };
}

describe('an outage behind Keyv', () => {
  for (const failure of ['throw', 'emit'] as const) {
    for (const options of [{}, { throwOnErrors: true }, { emitErrors: false }]) {
      test(`is an error and never "no tokens" when the adapter does ${failure}, with ${inspect(options)}`, async () => {
        const { store, storage } = open(options);
        await storage.save('k', stamped('k', 1), overwrite);
        store.failure = failure;
        const attempts = [
          () => storage.load('k'),
          () => storage.load('absent'),
          () => storage.save('k', stamped('k', 2), overwrite),
          () => storage.save('k', stamped('k', 2), { expected: 1 }),
          () => storage.delete('k', overwrite),
          () => storage.delete('k', { expected: 1 }),
          () => storage.withLock('k', async () => 'ran', waiting()),
        ];
        for (const attempt of attempts) {
          const error: unknown = await attempt().catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(StorageUnavailableError);
          expect(error).toMatchObject({ retryable: true });
          if (!('emitErrors' in options)) expect(error).toMatchObject({ cause: { message: store.error.message } });
        }
        store.failure = 'none';
        expect((await storage.load('k'))?.generation).toBe(1);
      });
    }
  }

  test('is an error when the adapter does not answer in time, and leaves no timer', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const keyv = new Keyv({ store: new FailingStore() });
    const storage = new KeyvTokenStorage(keyv, { lock: 'process', timeout: 0.05 });
    keyv.getRaw = () => new Promise(() => undefined);
    const error: unknown = await storage.load('k').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error).toMatchObject({ cause: { message: 'No answer within 0.05 seconds.' } });
    await storage.save('k', stamped('k', 1), overwrite);
    expect(timers()).toBeLessThanOrEqual(before); // one of the runner's may end meanwhile
  });

  test('is waited for without an end where the timeout is none', async () => {
    const keyv = new Keyv({ store: new FailingStore() });
    const storage = new KeyvTokenStorage(keyv, { lock: 'process', timeout: Infinity });
    let answer = (_: undefined): void => undefined;
    const asked = new Promise<void>((resolve) => {
      keyv.getRaw = () => (resolve(), new Promise((found) => (answer = found)));
    });
    const set = jest.spyOn(globalThis, 'setTimeout');
    const loading = storage.load('k');
    await asked;
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    const waits = set.mock.calls.map(([, milliseconds]) => milliseconds);
    set.mockRestore();
    answer(undefined);
    expect(await loading).toBeUndefined();
    expect(waits).toEqual([2 ** 31 - 1]); // beyond that a timer fires at once
  });

  test('is an error when the adapter answers false', async () => {
    const { store, storage } = open();
    await storage.save('k', stamped('k', 1), overwrite);
    store.failure = 'false';
    await expect(storage.save('k', stamped('k', 2), overwrite)).rejects.toBeInstanceOf(StorageUnavailableError);
    await expect(storage.delete('k', overwrite)).rejects.toBeInstanceOf(StorageUnavailableError);
    await expect(storage.delete('absent', overwrite)).resolves.toBeUndefined();
    await expect(storage.withLock('k', async () => 'ran', waiting())).rejects.toBeInstanceOf(StorageUnavailableError);
  });

  test('is an error when the adapter says that it has deleted, and has not', async () => {
    const { store, storage } = open();
    await storage.save('k', stamped('k', 1), overwrite);
    store.delete = async () => true;
    await expect(storage.delete('k', { expected: 1 })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: 'The tokens are still stored.',
    });
  });

  test('shows no token, though the adapter quotes what it could not write', async () => {
    const { store, storage } = open();
    store.failure = 'throw';
    store.error = new Error(`cannot write {"access_token":"at-secret-1","refresh_token":"rt-secret-1"}`);
    const error: unknown = await storage.save('k', tokens, overwrite).catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/[ar]t-secret/);
  });

  test('leaves the settings of the instance alone, and listens once however many storages there are', async () => {
    const { store, keyv, storage } = open();
    for (let n = 0; n < 20; n++) new KeyvTokenStorage(keyv, { lock: 'process' });
    await storage.load('k');
    await Promise.all(Array.from({ length: 20 }, () => new KeyvTokenStorage(keyv, { lock: 'process' }).load('k')));
    expect(keyv.throwOnErrors).toBe(false);
    expect(keyv.listeners('error')).toHaveLength(1);
    expect(store.listenerCount('error')).toBe(2);
    store.failure = 'throw';
    await expect(keyv.get('k')).resolves.toBeUndefined();
  });
});

describe('a record behind Keyv', () => {
  test.each(['5', '"text"', '{"value":5}', '{"value":{}}', '{"value":"no json"}', '{"expires":null}', 'at-secret-1 {'])(
    'that is none (%s) is an error without its text, and a login overwrites it',
    async (stored) => {
      const { store, storage } = open();
      store.map.set('keyv:k', stored);
      for (const attempt of [storage.load('k'), storage.save('k', stamped('k', 2), { expected: 0 })]) {
        const error: unknown = await attempt.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(error).toMatchObject({ retryable: false });
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('at-secret');
      }
      await storage.save('k', stamped('k', 1), overwrite);
      expect((await storage.load('k'))?.generation).toBe(1);
    },
  );

  test.each(['5', '{"value":"no json"}', 'at-secret-1 {'])(
    'that is none (%s) is deleted by who expects nothing in particular',
    async (stored) => {
      const { store, storage } = open();
      store.map.set('keyv:k', stored);
      await expect(storage.delete('k', { expected: 1 })).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' });
      expect(store.map.size).toBe(1);
      await storage.delete('k', overwrite);
      expect(store.map.size).toBe(0);
    },
  );

  test('of another credential is a mismatch', async () => {
    const { keyv, storage } = open();
    await keyv.set('k', JSON.stringify(stamped('other', 1)));
    await expect(storage.load('k')).rejects.toBeInstanceOf(CredentialMismatchError);
    await expect(storage.save('k', stamped('k', 2), { expected: 1 })).rejects.toBeInstanceOf(CredentialMismatchError);
  });

  test('is read from an object too, such as another program may have stored', async () => {
    const { keyv, storage } = open();
    await keyv.set('k', { access_token: 'a', expires_at: 5 });
    expect((await storage.load('k'))?.toJSON()).toMatchObject({ access_token: 'a', expires_at: 5 });
  });

  test('lies where Keyv itself would put it, and never expires', async () => {
    const { store, keyv, storage } = open({ ttl: 1, namespace: 'apps' });
    await storage.save('k', stamped('k', 1), overwrite);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([...store.map.keys()]).toEqual(['apps:k']);
    expect(JSON.parse(String(await keyv.get('k')))).toEqual(stamped('k', 1).toJSON());
  });
});

test('the record of a program is kept for a day after its token has ended, for 30 days at most, and a login for ever', async () => {
  const day = 86_400_000;
  const kept: (number | undefined)[] = [];
  class Noting extends Keyv {
    override set(key: string, value: unknown, ttl?: number): Promise<boolean> {
      kept.push(ttl);
      return super.set(key, value, ttl);
    }
  }
  const storage = new KeyvTokenStorage(new Noting(), { lock: 'process' });
  const save = (kind: 'login' | 'client_credentials', days: number): Promise<void> => {
    const lasting = TokenSet.from({ access_token: 'a', expires_at: (Date.now() + days * day) / 1000 });
    return storage.save(kind, lasting.withStamp({ key: kind, generation: 1, kind }), overwrite);
  };
  await save('client_credentials', 1);
  await save('client_credentials', 60);
  await save('login', 60);
  expect(kept.map((ttl) => ttl && Math.round(ttl / day))).toEqual([2, 30, 0]);
});

describe('a Keyv token storage', () => {
  test('has one id for each store and namespace, or the one given', async () => {
    const { store, keyv, storage } = open();
    const id = (instance: Keyv): string => new KeyvTokenStorage(instance, { lock: 'process' }).id;
    expect(id(keyv)).toBe(storage.id);
    expect(id(new Keyv({ store }))).toBe(storage.id);
    expect(id(new Keyv({ store, namespace: 'other' }))).not.toBe(storage.id);
    expect(id(new Keyv())).not.toBe(id(new Keyv()));
    expect(new KeyvTokenStorage(keyv, { lock: 'process', id: 'mine' }).id).toBe('mine');
  });

  test('takes the lock it is given, under the key of the credential', async () => {
    const keys: string[] = [];
    const lock: Lock = {
      withLock(key, task) {
        keys.push(key);
        return task({ signal: new AbortController().signal });
      },
    };
    const storage = new KeyvTokenStorage(new Keyv(), { lock });
    await expect(storage.withLock('k', async () => 'done', waiting())).resolves.toBe('done');
    expect(keys).toEqual(['k']);
  });

  test('refuses to be made without a lock or without Keyv', () => {
    const make = (...parameters: unknown[]) => Reflect.construct(KeyvTokenStorage, parameters) as unknown;
    expect(() => make(new Keyv())).toThrow(TypeError);
    expect(() => make(new Keyv(), { lock: './tokens' })).toThrow(TypeError);
    for (const codec of [[], 'key', { seal: () => 'sealed' }]) {
      expect(() => make(new Keyv(), { lock: 'process', codec })).toThrow(/give encryption\(keys\)/);
    }
    expect(() => make(new Keyv(), {})).toThrow(/lock/);
    expect(() => make(new Map(), { lock: 'process' })).toThrow(/Keyv 5.6/);
  });
});
