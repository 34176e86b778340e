import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { StoredLogin } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { Monitor } from './monitor.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, overwriting, pause, someTokens } from './some.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(() => server.send('FLUSHALL'));
afterAll(() => server.kill());

async function keysOf(
  storage: RedisTokenStorage,
  each: (nth: number) => unknown = () => undefined,
): Promise<(string | undefined)[]> {
  const logins: StoredLogin[] = [];
  for await (const login of storage.list()) {
    logins.push(login);
    await each(logins.length);
  }
  return logins.map(({ key }) => key).sort();
}

const portOf = ({ url }: RedisServer): number => Number(new URL(url).port);

const many = Array.from({ length: 1500 }, (_, n) => `user ${String(n).padStart(4, '0')}`);

/** Stores a login for each key, in few steps. */
async function fill(prefix: string, keys: readonly string[], at = server): Promise<void> {
  const records = keys.flatMap((key) => [
    `${prefix}::${key}`,
    JSON.stringify({ value: JSON.stringify(someTokens(1, key)), generation: 1 }),
  ]);
  await at.send('MSET', ...records);
}

describe('The list of a Redis', () => {
  test('leaves out what is not its own', async () => {
    await using storage = new RedisTokenStorage({ url: server.url, prefix: 'a*[b]?' });
    await storage.save('ada', someTokens(1, 'ada'), overwriting);
    await storage.save('{tagged}', someTokens(1, '{tagged}'), overwriting);
    await fill('a', ['near']);
    await fill('axbc', ['near']);
    await fill('a*[b]?::deeper', ['far']);
    await server.send('MSET', 'a*[b]?::text', 'no record', 'a*[b]?::null', 'null', 'a*[b]?::json', '{"value":{}}');
    await server.send('SADD', 'a*[b]?::set', 'member');
    await server.send('SET', 'a*[b]?::other', JSON.stringify({ value: JSON.stringify(someTokens(1, 'somebody')) }));
    await storage.withLock('ada', async () => expect(await keysOf(storage)).toEqual(['ada', '{tagged}']), {
      signal: new AbortController().signal,
      timeout: 5,
    });
  });

  test('comes in pages, by SCAN and never by KEYS, among much that is not its own', async () => {
    await fill('latchkey', many);
    await fill('others', many);
    await using proxy = await Proxy.start(portOf(server));
    await using monitor = await Monitor.start(server);
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url) });
    expect(await keysOf(storage)).toEqual(many);
    await monitor.caughtUp();
    const commands = monitor.commandsOf(proxy);
    expect(commands.filter((name) => name === 'SCAN').length).toBeGreaterThan(3);
    expect(new Set(commands)).toEqual(new Set(['AUTH', 'SCAN', 'GET']));
  });

  test('is whole, each login once, when the connection breaks in the middle of it', async () => {
    await fill('latchkey', many);
    await using proxy = await Proxy.start(portOf(server));
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url) });
    const cutTwice = (nth: number): void => {
      if (nth === 300 || nth === 900) proxy.set('cut before', 'SCAN', 1);
    };
    expect(await keysOf(storage, cutTwice)).toEqual(many);
    expect(proxy.connections).toBe(3);
  });

  test('is whole after a failover in the middle of it: where the old primary was means nothing to the new one', async () => {
    await using next = await RedisServer.start();
    await fill('latchkey', many);
    await fill('latchkey', many, next);
    await using proxy = await Proxy.start(portOf(server));
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url) });
    const failOver = (nth: number): void => {
      if (nth !== 600) return;
      proxy.lead(portOf(next));
      proxy.set('cut before', 'SCAN', 1);
    };
    expect(await keysOf(storage, failOver)).toEqual(many);
  });

  test('waits for a cluster of ioredis that is not connected yet, and asks each node', async () => {
    const ready = new EventEmitter();
    const node = (key: string) => ({
      options: {},
      duplicate: () => Promise.reject(new Error('not needed')) as never,
      call: async () => ['0', [`latchkey::${key}`]],
    });
    const nodes = [node('ada'), node('grace')];
    const cluster = {
      status: 'connecting',
      connect: async () => undefined,
      call: async (_name: string, record = '') =>
        JSON.stringify({ value: JSON.stringify(someTokens(1, record.slice('latchkey::'.length))) }),
      pipeline: () => ({ exec: async () => null }),
      nodes: () => (cluster.status === 'ready' ? nodes : []),
      once: ready.once.bind(ready),
    };
    await using storage = new RedisTokenStorage({ client: cluster });
    const keys = keysOf(storage);
    await pause(20);
    cluster.status = 'ready';
    ready.emit('ready');
    expect(await keys).toEqual(['ada', 'grace']);
  });

  test('is an outage when Redis goes away in the middle of it', async () => {
    await fill('latchkey', many);
    const proxy = await Proxy.start(portOf(server));
    await using storage = new RedisTokenStorage({ url: proxy.url(server.url), timeout: 1 });
    const goAway = (nth: number): unknown => nth === 100 && proxy.refuse();
    expect(await errorOf(keysOf(storage, goAway))).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});
