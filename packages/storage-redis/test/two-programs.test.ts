import { createKeyv } from '@keyv/redis';
import { afterAll, beforeAll } from '@jest/globals';
import { KeyvTokenStorage } from '@latchkey/core';
import { RedisTokenStorage, redisLock } from '@latchkey/storage-redis';
import {
  describeTwoPrograms,
  type Outcome,
  type Place,
  type Program,
  testTwoProcesses,
} from '../../core/test/scenes/two-programs.js';
import { type Child, start } from './child.js';
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

/** A pair of processes, which run many programs in turn. */
const pairFor = (kind: 'redis' | 'keyv') => () => {
  const children = [0, 1].map(() => start('programs.mjs', { url: server.url, kind }));
  let runs = 0;
  return {
    run(programs: readonly [Program, Program], { prefix }: RedisPlace) {
      const name = `run${++runs}`;
      let asked = 0;
      return {
        async ask(program: 0 | 1): Promise<Outcome> {
          const child = children[program] as Child;
          const call = `${name}.${++asked}`;
          child.tell(JSON.stringify({ name, call, program: programs[program], prefix }));
          return JSON.parse(await child.says(`${call} `)) as Outcome;
        },
      };
    },
    stop: () => Promise.all(children.map((child) => child.kill())),
  };
};

describeTwoPrograms('Redis', redisPlaces);
testTwoProcesses('Redis', redisPlaces, pairFor('redis'));
testTwoProcesses('Keyv with redisLock', keyvPlaces, pairFor('keyv'));
