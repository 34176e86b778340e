import { describe, expect, test } from '@jest/globals';
import { KeyvTokenStorage, type StoredLogin, TokenSet } from '@latchkey/core';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';

const tokens = (key: string): TokenSet =>
  TokenSet.from({ access_token: 'at', refresh_token: 'rt' }).withStamp({ key, generation: 1, account: key });

async function accounts(keyv: Keyv | Keyv6): Promise<(string | undefined)[]> {
  const logins: StoredLogin[] = [];
  for await (const login of new KeyvTokenStorage(keyv, { lock: 'process' }).list()) logins.push(login);
  return logins.map(({ account }) => account).sort();
}

/** An adapter without a way to go through what it holds. */
const closed = (map: Map<string, unknown>) => ({
  get: async (key: string) => map.get(key),
  set: async (key: string, value: unknown) => void map.set(key, value),
  delete: async (key: string) => map.delete(key),
  clear: async () => map.clear(),
});

/** An adapter of which Keyv does not know that it can be gone through. */
const iterable = (map: Map<string, unknown>) => ({
  ...closed(map),
  async *iterator() {
    yield* map;
  },
});

describe.each([
  ['Keyv 5', (store: object, namespace?: string) => new Keyv({ store, ...(namespace && { namespace }) })],
  ['Keyv 6', (store: object, namespace?: string) => new Keyv6({ store: store as Map<string, unknown>, namespace })],
])('KeyvTokenStorage over %s', (_, open) => {
  test.each([
    ['of a Map', (map: Map<string, unknown>) => map],
    ['of an adapter', iterable],
  ])('lists what is its own among the entries %s', async (_, storeOf) => {
    const map = new Map<string, unknown>();
    for (const namespace of [undefined, 'a', 'a:b']) {
      const storage = new KeyvTokenStorage(open(storeOf(map), namespace), { lock: 'process' });
      for (const key of ['ada', 'a:ada'])
        await storage.save(`${key} ${namespace}`, tokens(`${key} ${namespace}`), {
          expected: undefined,
        });
    }
    const foreign = ['no JSON', '17', '{}', '[]', '{"value":"torn {"}', '{"value":{"access_token":"at"}}', 42];
    for (const [n, value] of foreign.entries()) {
      for (const prefix of ['', 'keyv:', 'a:', 'a::']) map.set(`${prefix}foreign ${n}`, value);
    }
    expect(await accounts(open(storeOf(map), 'a'))).toEqual(['a:ada a', 'ada a']);
    expect(await accounts(open(storeOf(map)))).toEqual(expect.arrayContaining(['a:ada undefined', 'ada undefined']));
  });

  test('says at once that a store cannot be gone through', () => {
    const storage = new KeyvTokenStorage(open(closed(new Map())), { lock: 'process' });
    expect(() => storage.list()).toThrow(
      new TypeError('The store behind this Keyv has no iterator, so its records cannot be listed.'),
    );
  });

  test('says so where there is no store behind it, as in what merely has the methods of Keyv', () => {
    const backend = { ...closed(new Map()), getRaw: async () => undefined, set: async () => true };
    expect(() => new KeyvTokenStorage(backend, { lock: 'process' }).list()).toThrow('cannot be listed');
  });

  test('passes on what stops an adapter, as an outage', async () => {
    const map = new Map<string, unknown>();
    const store = {
      ...closed(map),
      async *iterator() {
        yield* map;
        throw new Error('connect ECONNREFUSED');
      },
    };
    await expect(accounts(open(store))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});

test('what Keyv 5 stored is listed by way of Keyv 6, once', async () => {
  for (const namespace of [undefined, 'mine']) {
    const map = new Map<string, unknown>();
    const before = new KeyvTokenStorage(new Keyv({ store: map, ...(namespace && { namespace }) }), { lock: 'process' });
    for (const key of ['ada', 'grace']) await before.save(key, tokens(key), { expected: 0 });
    const old = [...map];
    const later = new Keyv6({ store: map, namespace });
    await new KeyvTokenStorage(later, { lock: 'process' }).save('grace', tokens('grace'), { expected: 1 });
    for (const [name, record] of old) map.set(name, record); // as where it could not be removed
    expect(await accounts(later)).toEqual(['ada', 'grace']);
  }
});
