/** Where the tokens are while things go wrong: each place is opened twice, as two processes do. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { KeyvTokenStorage, MemoryTokenStorage } from '@latchkey/core';
import { asOtherProcess } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { jsonFile } from '../every-flow.mjs';

const { Keyv } = createRequire(new URL('../../../packages/core/package.json', import.meta.url))('keyv');

/** Opens all places below a folder and in a Redis. `open(key)` gives the storage, anew for each of two processes. */
export function openPlaces(folder, redisUrl) {
  const memory = new MemoryTokenStorage();
  const keyv = new KeyvTokenStorage(new Keyv(), { lock: 'process' });
  const file = (locking) => new FileTokenStorage(path.join(folder, locking), { perKey: true, locking });
  const pair = (make) => twoOf(make).map((storage) => asOtherProcess(storage));
  const redis = twoOf(() => new RedisTokenStorage({ url: redisUrl, prefix: 'faults' }));
  const fixed = (storages) => () => storages.map((storage) => asOtherProcess(storage));
  return {
    places: [
      { name: 'Memory', open: fixed([memory, memory]) },
      {
        name: 'Own hooks, with a file lock',
        ownHooks: true,
        open: (key) => pair(() => jsonFile(path.join(folder, `${key}.json`))),
      },
      { name: 'Files', open: fixed(twoOf(() => file('kernel'))) },
      { name: 'Redis', open: fixed(redis) },
      { name: 'Keyv, in memory', open: fixed([keyv, keyv]) },
    ],
    close: () => Promise.all(redis.map((storage) => storage.close())),
  };
}

function twoOf(make) {
  return [make(), make()];
}
