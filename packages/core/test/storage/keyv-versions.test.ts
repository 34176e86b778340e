import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { KeyvTokenStorage, StorageUnavailableError, TokenSet } from '@latchkey/core';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';

const overwrite = { expected: undefined };
const tokens = (generation: number): TokenSet =>
  TokenSet.from({ access_token: 'at', refresh_token: 'rt' }).withStamp({ key: 'k', generation });
/** What version 0.1 stored by way of Keyv 5, byte for byte. */
const record =
  '{"value":"{\\"access_token\\":\\"at-1\\",\\"refresh_token\\":\\"rt-1\\",\\"expires_at\\":1900000000,' +
  '\\"issued_at\\":1800000000,\\"latchkey\\":{\\"version\\":1,\\"key\\":\\"k\\",\\"generation\\":7}}"}';

/** An adapter of Redis as Keyv 6 takes it: it puts its namespace before each name. */
class Adapter extends EventEmitter {
  readonly capabilities = { expires: true };
  namespace: string | undefined = undefined;
  failure: 'none' | 'throw' | 'emit' = 'none';
  constructor(readonly map: Map<string, unknown>) {
    super();
  }
  #name(key: string): string {
    if (this.failure === 'throw') throw new Error('connect ECONNREFUSED');
    if (this.failure === 'emit') this.emit('error', new Error('connect ECONNREFUSED'));
    return this.namespace ? `${this.namespace}::${key}` : key;
  }
  async get(key: string): Promise<unknown> {
    return this.map.get(this.#name(key));
  }
  async set(key: string, value: unknown): Promise<boolean> {
    this.map.set(this.#name(key), value);
    return this.failure === 'none';
  }
  async delete(key: string): Promise<boolean> {
    return this.map.delete(this.#name(key)) && this.failure === 'none';
  }
  async clear(): Promise<void> {
    this.map.clear();
  }
}

const asynchronous = (map: Map<string, unknown>) => ({
  get: async (key: string) => map.get(key),
  set: async (key: string, value: unknown) => void map.set(key, value),
  delete: async (key: string) => map.delete(key),
  clear: async () => map.clear(),
});

type Open = (map: Map<string, unknown>) => Keyv | Keyv6;

const places: [what: string, name: string, open: Open][] = [
  ['a Map, with Keyv 5', 'keyv:k', (store) => new Keyv({ store })],
  ['a Map under a namespace, with Keyv 5', 'apps:k', (store) => new Keyv({ store, namespace: 'apps' })],
  ['a Map', 'keyv:k', (store) => new Keyv6({ store })],
  ['a Map without prefixes', 'k', (store) => new Keyv6({ store })],
  ['a Map under a namespace', 'apps:k', (store) => new Keyv6({ store, namespace: 'apps' })],
  ['an asynchronous store', 'keyv:k', (store) => new Keyv6({ store: asynchronous(store) })],
  ['the same under a namespace', 'apps:k', (s) => new Keyv6({ store: asynchronous(s), namespace: 'apps' })],
  ['an adapter of its own', 'keyv::keyv:k', (store) => new Keyv6({ store: new Adapter(store) as never })],
  ['the same, prefixed', 'apps::apps:k', (s) => new Keyv6({ store: new Adapter(s) as never, namespace: 'apps' })],
  ['the same, made by createKeyv', 'apps::k', (s) => new Keyv6({ store: new Adapter(s) as never, namespace: 'apps' })],
];

describe.each(places)('A login that Keyv 5 stored in %s', (_what, name, open) => {
  const opened = () => {
    const map = new Map<string, unknown>([
      [name, record],
      ['of somebody else', 'stays'],
    ]);
    return { map, storage: new KeyvTokenStorage(open(map), { lock: 'process' }) };
  };

  test('is found, compared, and followed by one record in its place', async () => {
    const { map, storage } = opened();
    expect(await storage.load('k')).toMatchObject({ accessToken: 'at-1', refreshToken: 'rt-1', generation: 7 });
    await expect(storage.save('k', tokens(8), { expected: 6 })).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    await storage.save('k', tokens(8), { expected: 7 });
    expect((await storage.load('k'))?.generation).toBe(8);
    expect(map.size).toBe(2);
  });

  test('does not come back after a logout', async () => {
    const { map, storage } = opened();
    await storage.delete('k', { expected: 7 });
    expect(await storage.load('k')).toBeUndefined();
    expect([...map.keys()]).toEqual(['of somebody else']);
  });
});

test('What Keyv 5 stored in a Map without its namespace is of no namespace', async () => {
  const store = new Map<string, unknown>();
  const five = new Keyv({ store, namespace: 'apps', useKeyPrefix: false });
  await new KeyvTokenStorage(five, { lock: 'process' }).save('k', tokens(7), overwrite);
  expect([...store.keys()]).toEqual(['k']);
  const found = (namespace?: string) =>
    new KeyvTokenStorage(new Keyv6({ store, namespace }), { lock: 'process' }).load('k');
  expect(await found('apps')).toBeUndefined();
  expect(await found()).toMatchObject({ generation: 7 });
});

describe('With Keyv 6', () => {
  for (const failure of ['throw', 'emit'] as const) {
    for (const hears of [true, false]) {
      test(`an adapter that does ${failure} is an outage, ${hears ? 'with' : 'without'} a listener`, async () => {
        const adapter = new Adapter(new Map());
        const keyv = new Keyv6({ store: adapter as never });
        if (hears) keyv.on('error', () => undefined);
        const storage = new KeyvTokenStorage(keyv, { lock: 'process' });
        await storage.save('k', tokens(1), overwrite);
        adapter.failure = failure;
        const attempts = [
          () => storage.load('k'),
          () => storage.load('absent'),
          () => storage.save('k', tokens(2), overwrite),
          () => storage.delete('k', overwrite),
        ];
        for (const attempt of attempts) {
          const error: unknown = await attempt().catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(StorageUnavailableError);
          expect(error).toMatchObject({ retryable: true, cause: { message: 'connect ECONNREFUSED' } });
        }
      });
    }
  }

  test('the application still sees its own failures, since nobody listens in its name', async () => {
    const adapter = new Adapter(new Map());
    const keyv = new Keyv6({ store: adapter as never });
    await new KeyvTokenStorage(keyv, { lock: 'process' }).load('k');
    adapter.failure = 'throw';
    await expect(keyv.get('k')).rejects.toThrow('ECONNREFUSED');
  });

  test('a record that is none is never "nothing there"', async () => {
    for (const hears of [true, false]) {
      const keyv = new Keyv6({ store: asynchronous(new Map([['k', 'no json']])) });
      if (hears) keyv.on('error', () => undefined);
      const storage = new KeyvTokenStorage(keyv, { lock: 'process' });
      await expect(storage.load('k')).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' });
    }
  });

  test('a record lies where Keyv itself puts it, and two instances on one Map are one place', async () => {
    const store = new Map<string, unknown>();
    const [one, other] = [new Keyv6({ store }), new Keyv6({ store })];
    const storage = new KeyvTokenStorage(one, { lock: 'process' });
    await storage.save('k', tokens(3), overwrite);
    expect(JSON.parse(String(await other.get('k')))).toEqual(tokens(3).toJSON());
    expect(new KeyvTokenStorage(other, { lock: 'process' }).id).toBe(storage.id);
  });
});
