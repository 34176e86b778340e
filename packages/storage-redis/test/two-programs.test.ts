import { createKeyv } from '@keyv/redis';
import { afterAll, beforeAll } from '@jest/globals';
import { KeyvTokenStorage } from '@latchkey/core';
import { RedisTokenStorage, redisLock } from '@latchkey/storage-redis';
import { pairOf } from '../../core/test/scenes/pair-of-processes.js';
import { describeTwoPrograms, type Place, testTwoProcesses } from '../../core/test/scenes/two-programs.js';
import { start } from './child.js';
import { RedisServer } from './redis-server.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

interface RedisPlace extends Place {
  readonly prefix: string;
}

let made = 0;
const redisPlaces = {
  hasOneRecord: false,
  make(): RedisPlace {
    const prefix = `redis-${++made}`;
    const storage = new RedisTokenStorage({ url: server.url, prefix });
    return { prefix, open: () => storage, close: () => storage.close() };
  },
};

const keyvPlaces = {
  hasOneRecord: false,
  make(): RedisPlace {
    const prefix = `keyv-${++made}`;
    const keyv = createKeyv(server.url, { namespace: prefix });
    const lock = redisLock({ url: server.url, prefix });
    const close = async () => {
      await Promise.all([keyv.disconnect(), lock.close()]);
    };
    return { prefix, open: () => new KeyvTokenStorage(keyv, { lock }), close };
  },
};

const pairFor = (kind: 'redis' | 'keyv') => () =>
  pairOf<RedisPlace>(
    () => start('programs.mjs', { url: server.url, kind }),
    ({ prefix }) => ({ prefix }),
  );

describeTwoPrograms('Redis', redisPlaces);
testTwoProcesses('Redis', redisPlaces, pairFor('redis'));
testTwoProcesses('Keyv with redisLock', keyvPlaces, pairFor('keyv'));
