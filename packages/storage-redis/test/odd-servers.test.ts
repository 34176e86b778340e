import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { Redis } from 'ioredis';
import { AuthScene } from './auth-scene.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, hold, key, overwriting, someTokens, waiting } from './some.js';
import { SplittingProxy } from './splitting-proxy.js';

let server: RedisServer;
let other: RedisServer;
beforeAll(async () => {
  [server, other] = await Promise.all([RedisServer.start({ open: true }), RedisServer.start({ open: true })]);
});
afterAll(() => Promise.all([server.kill(), other.kill()]));

describe('A primary that is demoted and stays up', () => {
  test('is left for the next one within the same call', async () => {
    await using proxy = await Proxy.start(server.port);
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url), prefix: 'demoted' });
    await storage.save(key, someTokens(1), overwriting);
    await other.send('REPLICAOF', '127.0.0.1', String(server.port));
    while (!String(await other.send('INFO', 'replication')).includes('master_link_status:up'))
      await new Promise(setImmediate);
    await other.send('REPLICAOF', 'NO', 'ONE');
    // As an address that moves to another machine: what is connected stays where it is.
    proxy.lead(other.port);
    await server.send('REPLICAOF', '127.0.0.1', String(other.port));
    await storage.save(key, someTokens(2), expecting(1));
    expect(String(await other.send('GET', `demoted::${key}`))).toContain('secret-at-2');
    expect(proxy.connections).toBe(2);
    await server.send('REPLICAOF', 'NO', 'ONE');
  });
});

describe('A cluster that is moving a slot', () => {
  /** A client whose cluster answers so to the first commands. */
  async function moving(times: number) {
    const redis = new Redis(server.url);
    let refusals = 0;
    const sendCommand = async ([name = '', ...args]: string[]): Promise<unknown> => {
      if (name === 'EVAL' && refusals++ < times)
        throw new Error('TRYAGAIN Multiple keys request during rehashing of slot');
      return redis.call(name, ...args);
    };
    const storage = new RedisTokenStorage({ client: { sendCommand }, prefix: 'moving', timeout: 1 });
    return { storage, end: () => redis.disconnect() };
  }

  test('is asked again until it is done', async () => {
    const { storage, end } = await moving(5);
    await storage.save(key, someTokens(1), overwriting);
    expect((await storage.load(key))?.generation).toBe(1);
    end();
  });

  test('is told as that when it is not done in time', async () => {
    const { storage, end } = await moving(Infinity);
    const error = await errorOf(storage.withLock(key, async () => 'in', waiting()));
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true, cause: { code: 'TRYAGAIN' } });
    expect(error.message).toContain('moving the slot');
    end();
  });
});

describe('A proxy that spreads keys over servers by the first key', () => {
  test('has a record and its lock on one of them, so that tokens are renewed once', async () => {
    await using proxy = await SplittingProxy.start([server.port, other.port]);
    await using storage = new RedisTokenStorage({ url: proxy.url, prefix: 'split' });
    await using another = new RedisTokenStorage({ url: proxy.url, prefix: 'split', replicas: 0 });
    for (let n = 0; n < 8; n++) {
      await using scene = await AuthScene.start();
      await scene.logIn(storage, 'expired');
      const tokens = [storage, another].map((each) => scene.flow(each).getAccessTokenRefreshIfNecessary());
      expect(new Set(await Promise.all(tokens)).size).toBe(1);
      scene.server.ledger.assertTokenRequests(1);
    }
    const counts = await Promise.all(
      [server, other].map(async (each) => (await each.send('KEYS', 'split*')) as unknown[]),
    );
    expect(counts.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(await errorOf(storage.list().next())).toMatchObject({ remedy: expect.stringContaining('has no SCAN') });
  });

  test('excludes others from a lock, and lets the holder save under it', async () => {
    await using proxy = await SplittingProxy.start([server.port, other.port]);
    await using storage = new RedisTokenStorage({ url: proxy.url, prefix: 'spread', lease: 0.6 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { lock, release } = await hold(storage, name);
      const late = storage.withLock(name, async () => 'in', waiting(0.1));
      expect(await errorOf(late)).toMatchObject({ code: 'LOCK_TIMEOUT' });
      await storage.save(name, someTokens(1, name), expecting(0, lock));
      await storage.delete(name, expecting(1, lock));
      await release();
    }
  });
});
