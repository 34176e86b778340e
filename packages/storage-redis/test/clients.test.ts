import { createClient } from '@keyv/redis';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type RedisConnectedClient, RedisTokenStorage } from '@latchkey/storage-redis';
import { Cluster, Redis as Ioredis } from 'ioredis';
import { Redis as Ioredis6 } from 'ioredis6';
import { Redis as Iovalkey } from 'iovalkey';
import { createClient as createClient6 } from 'redis-client-6';
import { describeRedisStorage, type Way } from './describe-redis-storage.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, hold, key, overwriting, someTokens, waiting } from './some.js';

interface Made {
  readonly client: RedisConnectedClient;
  readonly end: () => unknown;
}

const quiet = (): void => undefined;
const calling = <T extends { on: (event: 'error', listener: () => void) => unknown; disconnect(): void }>(
  client: T,
) => {
  client.on('error', quiet);
  return { client, end: () => client.disconnect() };
};

/** Clients as an application has them, which find their way back by themselves. */
const makers: Record<string, (url: string) => Made> = {
  '@redis/client 5': (url) => {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } }).on('error', quiet);
    return { client, end: () => client.isOpen && client.destroy() };
  },
  '@redis/client 6': (url) => {
    const client = createClient6({ url, socket: { reconnectStrategy: 50 } }).on('error', quiet);
    return { client, end: () => client.isOpen && client.destroy() };
  },
  'ioredis 5': (url) => calling(new Ioredis(url, { retryStrategy: () => 50 })),
  'ioredis 5, connecting late': (url) => calling(new Ioredis(url, { retryStrategy: () => 50, lazyConnect: true })),
  'ioredis 5, numbers as text': (url) => calling(new Ioredis(url, { retryStrategy: () => 50, stringNumbers: true })),
  'ioredis 6': (url) => calling(new Ioredis6(url, { retryStrategy: () => 50 })),
  iovalkey: (url) => calling(new Iovalkey(url, { retryStrategy: () => 50 })),
  'whatever sends a command, and answers in bytes': (url) => {
    const { client: inner, end } = calling(
      new Ioredis(url, { retryStrategy: () => 50, autoResendUnfulfilledCommands: false }),
    );
    return { client: { sendCommand: ([name = '', ...args]: string[]) => inner.callBuffer(name, ...args) }, end };
  },
};

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

for (const [name, make] of Object.entries(makers)) {
  if (name.includes(', connecting late') || name.includes(', numbers')) continue;
  describeRedisStorage(`a client of ${name}`, async (): Promise<Way> => {
    const proxy = await Proxy.start(server.port);
    const { client, end } = make(proxy.url(server.url));
    return { options: { client, timeout: 1 }, cut: () => proxy.refuse(), end };
  });
}

describe.each(Object.entries(makers))('A client of %s', (name, make) => {
  test('is used as it is, hears of releases unless it cannot listen, and stays open', async () => {
    const { client, end } = make(server.url);
    const storage = new RedisTokenStorage({ client, prefix: `used-${name}`, lease: 30 });
    await storage.save(key, someTokens(1), expecting(0));
    const canListen = !name.startsWith('whatever');
    let told = 0;
    const onRelease = async (): Promise<void> => {
      told++;
    };
    // A waiter also polls, and may come first by that.
    for (let round = 0; round < 5 && told === 0; round++) {
      const { release } = await hold(storage);
      const turn = storage.withLock(key, async () => 'in', { ...waiting(), onRelease });
      if (canListen)
        while (String(await server.send('PUBSUB', 'CHANNELS', 'used-*')) === '') await new Promise(setImmediate);
      await release();
      expect(await turn).toBe('in');
    }
    expect(told > 0).toBe(canListen);
    await storage.close();
    const again = new RedisTokenStorage({ client, prefix: `used-${name}` });
    expect((await again.load(key))?.generation).toBe(1);
    await again.close();
    await end();
    while (String(await server.send('CLIENT', 'LIST', 'TYPE', 'pubsub')) !== '') await new Promise(setImmediate);
  });

  test('that is cut off fails in time, sends nothing later, and is used again when it is back', async () => {
    await using proxy = await Proxy.start(server.port);
    const { client, end } = make(proxy.url(server.url));
    const storage = new RedisTokenStorage({ client, prefix: `late-${name}`, timeout: 0.5 });
    expect(await storage.load(key)).toBeUndefined();
    await proxy.refuse();
    expect(await errorOf(storage.save(key, someTokens(1), overwriting))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    });
    await proxy.accept();
    let found: unknown = 'unknown';
    while (found === 'unknown') found = await storage.load(key).catch(() => 'unknown');
    expect(found).toBeUndefined();
    await storage.close();
    await end();
  });
});

test('What was read with the lock is not what is stored after a save, however soon that is done', async () => {
  const { client, end } = calling(new Ioredis6(server.url));
  const storage = new RedisTokenStorage({ client, prefix: 'soon' });
  const turns = jest.spyOn(globalThis, 'setImmediate').mockReturnValue({} as NodeJS.Immediate);
  try {
    const saveInTurn = async (): Promise<unknown> => {
      expect(await storage.load(key)).toBeUndefined();
      await storage.save(key, someTokens(1), expecting(0));
      return (await storage.load(key))?.generation;
    };
    expect(await storage.withLock(key, saveInTurn, waiting())).toBe(1);
    expect(turns).toHaveBeenCalled();
  } finally {
    turns.mockRestore();
    await storage.close();
    end();
  }
});

test('A cluster with a prefix of its own is told how to make a copy that has none', () => {
  const client = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true, keyPrefix: 'app:' });
  expect(() => new RedisTokenStorage({ client })).toThrow("client.duplicate([], { keyPrefix: '' })");
  expect(() => new RedisTokenStorage({ client: client.duplicate([], { keyPrefix: '' }) })).not.toThrow();
});

test('A cluster that is not connected is listened to once, however many calls fail, until it has ended', async () => {
  let listeners = 0;
  const client = {
    status: 'reconnecting',
    connect: async () => undefined,
    call: async () => null,
    pipeline: () => ({ exec: async () => null }),
    nodes: () => [],
    once: () => ++listeners,
  };
  await using storage = new RedisTokenStorage({ client, timeout: 0.1 });
  for (const _ of [1, 2, 3]) expect(await errorOf(storage.load(key))).toMatchObject({ cause: { code: 'TIMEOUT' } });
  expect(listeners).toBe(1);
  client.status = 'end';
  expect(await errorOf(storage.load(key))).toMatchObject({ cause: { code: 'Error' } });
});

describe('What is no client', () => {
  test.each([
    ['an empty object', {}],
    ['a URL', 'redis://:url-password@localhost'],
    ['a client that puts a prefix of its own before keys', new Ioredis({ lazyConnect: true, keyPrefix: 'app:' })],
    ['a function that makes one', (() => undefined) as unknown as RedisConnectedClient],
  ] as [string, RedisConnectedClient][])('as %s is a TypeError', (_what, client) => {
    expect(() => new RedisTokenStorage({ client })).toThrow(TypeError);
  });
});
