import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as core from '@latchkey/core';
import * as installed from '@latchkey/storage-redis';
import Keyv from 'keyv';
import { CopiedPackages, type Copy, secondCopies } from '../../core/test/copies/copied-packages.js';
import { expectAsWithOneCopy } from '../../core/test/copies/two-copies.js';
import { RedisServer } from './redis-server.js';

type Redis = typeof installed;

const one: Copy = { core, own: installed };
const redis = ({ own }: Copy): Redis => own as Redis;
const opened: { close(): Promise<void> }[] = [];
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  await server.send('FLUSHALL');
});
afterAll(() => server.kill());

function close<T extends { close(): Promise<void> }>(each: T): T {
  opened.push(each);
  return each;
}

describe.each(secondCopies)('Two copies of core and storage-redis, the second from its %s,', (kind) => {
  let copied: CopiedPackages;
  let places = 0;
  beforeAll(() => {
    copied = new CopiedPackages(kind, ['storage-redis']);
  });
  afterAll(() => copied[Symbol.dispose]());
  const copies = async (): Promise<readonly [Copy, Copy]> => [one, await copied.copy('storage-redis')];

  describe('do as one over Redis:', () => {
    expectAsWithOneCopy(copies, ({ storages: [first, second] }) => {
      const options = { url: server.url, prefix: `place ${++places}` };
      return [
        close(new (redis(first).RedisTokenStorage)(options)),
        close(new (redis(second).RedisTokenStorage)(options)),
      ];
    });
  });

  describe('do as one over Keyv with redisLock:', () => {
    expectAsWithOneCopy(copies, ({ storages: [first, second], lock }) => {
      const [keyv, options] = [new Keyv(), { url: server.url, prefix: `place ${++places}` }];
      return [
        new first.core.KeyvTokenStorage(keyv, { lock: close(redis(lock).redisLock(options)) }),
        new second.core.KeyvTokenStorage(keyv, { lock: close(redis(one).redisLock(options)) }),
      ];
    });
  });

  test('a storage knows the lease of the other copy, and refuses to save when it was lost', async () => {
    const options = { url: server.url, prefix: 'lost' };
    const { own } = await copied.copy('storage-redis');
    const lock = close((own as Redis).redisLock(options));
    const storage = close(new installed.RedisTokenStorage(options));
    const tokens = core.TokenSet.from({ access_token: 'at' });
    const waiting = { signal: new AbortController().signal, timeout: 1 };
    const late = lock.withLock(
      'key',
      async (lock) => {
        await server.send('FLUSHALL'); // the lease too
        await storage.save('key', tokens, { reason: 'login', expected: undefined, lock });
      },
      waiting,
    );
    await expect(late).rejects.toBeInstanceOf(core.LockLostError);
  });
});
