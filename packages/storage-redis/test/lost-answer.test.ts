import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, key, waiting } from './some.js';

const lockName = `latchkey:lock:{latchkey::${key}}`;
let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(() => server.send('FLUSHALL'));
afterAll(() => server.kill());

describe('A lock whose answer was lost', () => {
  test('is our own when it is asked for again over the next connection', async () => {
    await using proxy = await Proxy.start(server.port);
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url), lease: 60 });
    await storage.load(key);
    proxy.set('cut after', lockName, 1);
    expect(await storage.withLock(key, async () => 'in', waiting(1))).toBe('in');
    expect(proxy.connections).toBe(2);
    expect(await server.send('EXISTS', lockName)).toBe(0);
  });

  test('is given back when it is not asked for again, as on a connection that never worked', async () => {
    await using proxy = await Proxy.start(server.port);
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url), lease: 60 });
    proxy.set('cut after', lockName, 1);
    expect(await errorOf(storage.withLock(key, async () => 'in', waiting(1)))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    expect(await storage.withLock(key, async () => 'next', waiting(5))).toBe('next');
  });
});

describe('A lock that too few replicas have', () => {
  test.each([
    ['on the first use of a connection', false],
    ['on a connection that has worked', true],
  ])('is given back at once, %s', async (_when, hasWorked) => {
    await using storage = new RedisTokenStorage({ url: server.url, lease: 60, replicas: 1, timeout: 0.4 });
    await using other = new RedisTokenStorage({ url: server.url, lease: 60 });
    if (hasWorked) await storage.load(key);
    const error = await errorOf(storage.withLock(key, async () => 'in', waiting()));
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true, cause: { code: 'REPLICAS' } });
    expect(await other.withLock(key, async () => 'next', waiting(5))).toBe('next');
  });
});
