import { randomUUID } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  type KeyvBackend,
  KeyvTokenStorage,
  MemoryTokenStorage,
  ProcessLock,
  type RecordCodec,
} from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';

describeTokenStorage(
  'MemoryTokenStorage',
  { describe, test },
  {
    create: async () => new MemoryTokenStorage(),
    reopen: async (storage) => storage,
    dispose: async () => undefined,
  },
);

test('MemoryTokenStorage is made without anything random, which a Cloudflare worker refuses as it starts', () => {
  const refused = jest.spyOn(process.getBuiltinModule('node:crypto'), 'randomUUID').mockImplementation(() => {
    throw new Error('Disallowed operation called within global scope.');
  });
  try {
    const client = { issuer: 'https://login.example', clientId: 'app', clientSecret: 'a secret' };
    expect(() => new ClientCredentialsFlow(client)).not.toThrow();
  } finally {
    refused.mockRestore();
  }
  const storage = new MemoryTokenStorage();
  expect(storage.id).toBe(storage.id);
  expect(storage.id).not.toBe(new MemoryTokenStorage().id);
});

class BreakableMap extends Map<string, unknown> {
  broken = false;
  override get(key: string): unknown {
    if (this.broken) throw new Error('the store is gone');
    return super.get(key);
  }
  override set(key: string, value: unknown): this {
    if (this.broken) throw new Error('the store is gone');
    return super.set(key, value);
  }
  override delete(key: string): boolean {
    if (this.broken) throw new Error('the store is gone');
    return super.delete(key);
  }
}

const asynchronousOnes = new WeakMap<object, object>();
const asynchronous = (map: Map<string, unknown>): object => {
  const known = asynchronousOnes.get(map) ?? {
    get: async (key: string) => map.get(key),
    set: async (key: string, value: unknown) => void map.set(key, value),
    delete: async (key: string) => map.delete(key),
    clear: async () => map.clear(),
  };
  asynchronousOnes.set(map, known);
  return known;
};

const backends: Record<string, (store: Map<string, unknown>) => KeyvBackend> = {
  'a Map': (store) => new Keyv({ store }),
  'a Map without prefixes': (store) => new Keyv({ store, useKeyPrefix: false }),
  'a Map under a namespace that keys begin with': (store) => new Keyv({ store, namespace: 'a' }),
  'a Map without serialization': (store) =>
    new Keyv({ store, ...({ serialize: undefined, deserialize: undefined } as object) }),
  'a Map with a default ttl': (store) => new Keyv({ store, ttl: 1 }),
  'a Map, with Keyv 6': (store) => new Keyv6({ store }),
  'a Map under a namespace that keys begin with, with Keyv 6': (store) => new Keyv6({ store, namespace: 'a' }),
  'a Map without serialization, with Keyv 6': (store) => new Keyv6({ store, serialization: false }),
  'a Map with a default ttl, with Keyv 6': (store) => new Keyv6({ store, ttl: 1 }),
  'an asynchronous store, with Keyv 6': (store) => new Keyv6({ store: asynchronous(store) as never, namespace: 'a' }),
};

for (const [name, over] of Object.entries(backends)) {
  const stores = new WeakMap<KeyvTokenStorage, BreakableMap>();
  const open = (store: BreakableMap, codec?: RecordCodec): KeyvTokenStorage => {
    const storage = new KeyvTokenStorage(over(store), { lock: 'process', codec });
    stores.set(storage, store);
    return storage;
  };
  const storeOf = (storage: KeyvTokenStorage): BreakableMap => stores.get(storage) ?? new BreakableMap();
  describeTokenStorage(
    `KeyvTokenStorage over ${name}`,
    { describe, test },
    {
      create: async () => open(new BreakableMap()),
      reopen: async (storage) => open(storeOf(storage)),
      dispose: async (storage) => storeOf(storage).clear(),
      breakIt: async (storage) => void (storeOf(storage).broken = true),
      reopenWith: async (storage, codec) => open(storeOf(storage), codec),
    },
  );
}

const lock = new ProcessLock();
const keyvs = new WeakMap<KeyvTokenStorage, Keyv>();
const openWithLock = (keyv: Keyv, id: string): KeyvTokenStorage => {
  const storage = new KeyvTokenStorage(keyv, { lock, id });
  keyvs.set(storage, keyv);
  return storage;
};

describeTokenStorage(
  'KeyvTokenStorage with a lock of its own',
  { describe, test },
  {
    create: async () => openWithLock(new Keyv(), randomUUID()),
    reopen: async (storage) => openWithLock(keyvs.get(storage) ?? new Keyv(), storage.id),
    dispose: async () => undefined,
  },
);
