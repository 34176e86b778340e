import { describe, test } from '@jest/globals';
import { KeyvTokenStorage, MemoryTokenStorage, ProcessLock, type RecordCodec } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { Keyv } from 'keyv';

describeTokenStorage(
  'MemoryTokenStorage',
  { describe, test },
  {
    create: async () => new MemoryTokenStorage(),
    reopen: async (storage) => storage,
    dispose: async () => undefined,
  },
);

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

const backends = {
  'a Map': () => ({}),
  'a Map without prefixes': () => ({ useKeyPrefix: false }),
  'a Map under a namespace that keys begin with': () => ({ namespace: 'a' }),
  'a Map without serialization': () => ({ serialize: undefined, deserialize: undefined }),
  'a Map with a default ttl': () => ({ ttl: 1 }),
};

for (const [name, options] of Object.entries(backends)) {
  const stores = new WeakMap<KeyvTokenStorage, BreakableMap>();
  const open = (store: BreakableMap, codec?: RecordCodec): KeyvTokenStorage => {
    const storage = new KeyvTokenStorage(new Keyv({ store, ...options() }), { lock: 'process', codec });
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
const openWithLock = (keyv: Keyv): KeyvTokenStorage => {
  const storage = new KeyvTokenStorage(keyv, { lock, id: 'shared' });
  keyvs.set(storage, keyv);
  return storage;
};

describeTokenStorage(
  'KeyvTokenStorage with a lock of its own',
  { describe, test },
  {
    create: async () => openWithLock(new Keyv()),
    reopen: async (storage) => openWithLock(keyvs.get(storage) ?? new Keyv()),
    dispose: async () => undefined,
  },
);
