import { createClient } from '@keyv/redis';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  redisLock,
  type RedisServerOptions,
  type RedisTokenStorageOptions,
  RedisTokenStorage,
} from '@latchkey/storage-redis';
import { openClient } from '../dist/link/client-link.js';
import { openGivenLink } from '../dist/link/given-link.js';
import { type Link, NotPrimary } from '../dist/link/link.js';
import { RedisConnection } from '../dist/redis-connection.js';
import { redisFault } from '../dist/redis-fault.js';
import { isSame } from '../dist/same-options.js';
import { joinConnection, leaveConnection } from '../dist/shared-connection.js';
import { start, startLimited } from './child.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, hold, key, overwriting, pause, someTokens, until, waiting } from './some.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

describe('The options', () => {
  test.each([
    ['no place', {}],
    ['two places', { url: 'redis://localhost', cluster: { rootNodes: [] } }],
    ['a URL of another kind', { url: 'https://:url-password@localhost' }],
    ['a broken URL', { url: 'redis://:url-password@local host' }],
    ['a password that is not encoded, #', { url: 'redis://app:12#url-password@localhost' }],
    ['a password that is not encoded, /', { url: 'redis://app:12/url-password@localhost' }],
    ['a password that is not encoded, ?', { url: 'redis://app:12?url-password@localhost' }],
    ['a password that is not encoded, %', { url: 'redis://app:url-password%@localhost' }],
    ['a password in the query', { url: 'redis://localhost?password=url-password' }],
    ['a database in the query', { url: 'redis://localhost/?db=3' }],
    ['a database that is none', { url: 'redis://localhost/url-password' }],
    ['a path of a socket', { url: 'redis:///run/redis.sock' }],
    ['a node without a host', { cluster: { rootNodes: [{ url: 'redis:url-password' }] } }],
    ['a database below 0', { url: 'redis://localhost', database: -1 }],
    ['a prefix with braces', { url: 'redis://localhost', prefix: '{a}' }],
    ['a timeout of 0', { url: 'redis://localhost', timeout: 0 }],
    ['a lease in text', { url: 'redis://localhost', lease: '10' }],
    ['half a replica', { url: 'redis://localhost', replicas: 0.5 }],
  ] as [string, object][])('with %s are a TypeError that quotes nothing', (_what, options) => {
    for (const make of [() => new RedisTokenStorage(options), () => redisLock(options)]) {
      let thrown: unknown;
      try {
        make();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(TypeError);
      expect(String((thrown as Error).stack)).not.toContain('url-password');
    }
  });

  test('with keys in the place of a codec are a TypeError', () => {
    const codec = [{ id: 'k', secret: 's' }] as never;
    for (const given of [codec, 'key', { seal: () => 'sealed' }] as never[]) {
      expect(() => new RedisTokenStorage({ url: 'redis://localhost', codec: given })).toThrow(/encryption\(keys\)/);
    }
  });

  test('with an empty URL, as of a variable that is not set, say so', () => {
    expect(() => new RedisTokenStorage({ url: '' })).toThrow('url is empty');
  });

  test.each([
    [{ url: 'redis://app:url-password@host/3' }, 'redis://host:6379/3#latchkey'],
    [{ url: 'rediss://host:7000', prefix: 'p', database: 2 }, 'redis://host:7000/2#p'],
    [{ socket: { host: 'h', port: 1 }, password: 'url-password' }, 'redis://h:1/0#latchkey'],
    [{ socket: { path: '/run/redis' } }, 'unix:/run/redis/0#latchkey'],
    [
      { cluster: { rootNodes: [{ url: 'redis://:url-password@b' }, { socket: { host: 'a', port: 2 } }] } },
      'cluster redis://a:2/0 redis://b:6379/0#latchkey',
    ],
    [{ sentinel: { name: 'm', sentinelRootNodes: [{ host: 's', port: 9 }] } }, 'sentinel s:9/m/0#latchkey'],
    [{ client: createClient({ url: 'redis://:url-password@host/1' }) }, 'redis://host:6379/1#latchkey'],
  ] as [RedisTokenStorageOptions, string][])('name the place without user and password', (options, id) => {
    expect(new RedisTokenStorage(options).id).toBe(id);
  });
});

describe('Connections', () => {
  test('are made anew for a step that was cut short by what another one found, as often as that happens', async () => {
    const lives = new WeakMap<Link, AbortSignal>();
    const open = async ({ signal }: AbortController): Promise<Link> => {
      const link = {} as Link;
      lives.set(link, signal);
      return link;
    };
    const connection = new RedisConnection({ prepare: async () => undefined, open }, 10);
    let times = 0;
    const healthy = (link: Link): Promise<string> =>
      new Promise((resolve, reject) => {
        const cut = (): void => reject(new Error('The client was closed.'));
        const signal = lives.get(link);
        signal?.addEventListener('abort', cut);
        if (++times === 4) resolve('answered');
      });
    await connection.run(async () => 'it has worked');
    const answered = connection.run(healthy);
    for (let failures = 0; failures < 3; failures++) {
      while (times <= failures) await new Promise(setImmediate);
      const gone = connection.run(() => Promise.reject(new Error(`connect ECONNREFUSED ${failures}`)));
      await expect(gone).rejects.toThrow('ECONNREFUSED');
    }
    expect(await answered).toBe('answered');
  });

  test.each([
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'ERR WAIT cannot be used with replica instances. Since Redis 4.0 also if a replica is set to be writable',
  ])('are made anew for a step whose server is a replica by the time that it waits for others: %s', async (reply) => {
    let links = 0;
    const open = async (): Promise<Link> => ({ number: ++links }) as unknown as Link;
    const connection = new RedisConnection({ prepare: async () => undefined, open }, 10);
    await connection.run(async () => 'it has worked');
    const answered = connection.run(async () => (links === 1 ? Promise.reject(new Error(reply)) : 'answered'));
    expect(await answered).toBe('answered');
    const refused = redisFault(new Error(reply), 'redis://here');
    expect(refused).toMatchObject({ retryable: true, message: expect.stringContaining('a failover may be under way') });
  });

  test('take no step, and are not opened, for a caller who has been told that it is late', async () => {
    jest.useFakeTimers();
    try {
      let [steps, links] = [0, 0];
      const open = async (): Promise<Link> => ({ number: ++links }) as unknown as Link;
      const connection = new RedisConnection({ prepare: async () => undefined, open }, 0.02);
      const told = errorOf(connection.run(() => Promise.reject(new NotPrimary(String(++steps)))));
      await jest.advanceTimersByTimeAsync(40); // the time is 20 ms, and the pause before the next step 50 at least
      expect(await told).toBeInstanceOf(NotPrimary);
      await jest.advanceTimersByTimeAsync(200);
      expect([steps, links]).toEqual([1, 1]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('open when first needed, are shared by equal options, and end with the last that is closed', async () => {
    await using proxy = await Proxy.start(server.port);
    const options = (prefix = 'latchkey') => ({ url: proxy.url(server.url), socket: { keepAlive: true }, prefix });
    const storages = Array.from({ length: 39 }, (_, n) => new RedisTokenStorage(options(`p${n % 3}`)));
    const lock = redisLock(options());
    expect(proxy.connections).toBe(0);
    await Promise.all(storages.map((each) => each.load(key)));
    expect(proxy.connections).toBe(1);
    const { release } = await hold(lock);
    const other = redisLock(options());
    const leaving = new AbortController();
    const turn = errorOf(other.withLock(key, async () => 'in', waiting(60, leaving.signal)));
    await until(() => proxy.connections === 2);
    leaving.abort();
    expect(await turn).toBe(leaving.signal.reason);
    expect(await errorOf(other.withLock(key, async () => 'in', waiting(0.3)))).toMatchObject({ code: 'LOCK_TIMEOUT' });
    await release();
    expect(proxy.connections).toBe(2);
    await Promise.all([...storages, other].map((each) => each.close()));
    await storages[0]?.close(); // once more, which takes nothing from the lock
    await lock.withLock(key, async () => undefined, waiting());
    expect([proxy.connections, proxy.open]).toEqual([2, 2]);
    await lock.close();
    await proxy.until((open) => open === 0);
  });

  test('are given back at the last close, and opened anew by a later call', async () => {
    await using proxy = await Proxy.start(server.port);
    const storages = Array.from({ length: 40 }, () => new RedisTokenStorage({ url: proxy.url(server.url) }));
    const unused = storages[0];
    await Promise.all(storages.slice(1).map((each) => each.load(key)));
    await Promise.all(storages.slice(1).map((each) => each.close()));
    await proxy.until((open) => open === 0);
    expect(await unused?.load(key)).toBeUndefined();
    expect([proxy.connections, proxy.open]).toEqual([2, 1]);
    await unused?.close();
    await proxy.until((open) => open === 0);
  });

  test('are forgotten with the last that is given back, with the client or the secrets they were opened by', () => {
    const options = { url: 'redis://127.0.0.1:1' };
    const [one, same] = [joinConnection(options, 1), joinConnection({ ...options }, 1)];
    expect(same).toBe(one);
    for (const each of [one, same]) leaveConnection(each);
    const next = joinConnection(options, 1);
    expect(next).not.toBe(one);
    leaveConnection(next);
  });

  test.each([
    ['another password', { password: 'one' }, { password: 'other' }],
    ['another timeout', { timeout: 1 }, { timeout: 2 }],
    ['other bytes', { socket: { ca: Buffer.from('one') } }, { socket: { ca: Buffer.from('other') } }],
    ['another list', { socket: { ca: ['one'] } }, { socket: { ca: ['one', 'other'] } }],
    ['an object of a class', { socket: { tls: new URL('a:b') } }, { socket: { tls: new URL('a:b') } }],
  ])('are not shared with %s', (_what, one, other) => {
    expect([isSame(one, other), isSame(one, { ...one, name: undefined })]).toEqual([false, true]);
  });

  test.each([
    ['own', (options: RedisServerOptions, life: AbortController) => openClient(options, 5, life)],
    [
      'a given client',
      async (options: RedisServerOptions, life: AbortController) => {
        const client = createClient({ ...options } as Parameters<typeof createClient>[0]).on('error', () => undefined);
        const link = await openGivenLink(Object.defineProperty(client, 'isOpen', { value: true }), 5, life);
        return link.openSubscriber(life);
      },
    ],
  ])('of %s that are ended while TLS is negotiated are not there afterwards', async (_whose, open) => {
    const { url = '', socket } = server.secure;
    await using proxy = await Proxy.start(Number(new URL(url).port));
    proxy.set('held');
    const life = new AbortController();
    const opening = open({ url: proxy.url(url), socket: { ...socket } }, life);
    await proxy.hears('');
    life.abort();
    proxy.set('fine');
    await opening.catch(() => undefined);
    await proxy.until((count) => count === 0);
  });

  test('that are to listen are not opened when that was ended while the way was looked for', async () => {
    const life = new AbortController();
    let opened = 0;
    const link = { openSubscriber: async () => ++opened } as unknown as Link;
    const open = async (): Promise<Link> => (life.abort(), link);
    const connection = new RedisConnection({ prepare: async () => undefined, open }, 1);
    expect(await errorOf(connection.openSubscriber(life))).toMatchObject({ name: 'AbortError' });
    expect(opened).toBe(0);
  });

  test('close after what is under way', async () => {
    const storage = new RedisTokenStorage({ url: server.url });
    const saved = storage.save(key, someTokens(1), overwriting);
    await storage.close();
    await saved;
    await until(async () => !String(await server.send('CLIENT', 'LIST')).includes('cmd=eval'));
    expect(await server.send('EXISTS', `latchkey::${key}`)).toBe(1);
  });

  test('of a given client are used as they are, and left open', async () => {
    const client = createClient({ url: server.url });
    client.on('error', () => undefined);
    const storage = new RedisTokenStorage({ client, prefix: 'given' });
    await storage.save(key, someTokens(1), expecting(0));
    const { release } = await hold(storage);
    const turn = storage.withLock(key, async () => 'in', waiting());
    await until(async () => String(await server.send('PUBSUB', 'CHANNELS', 'given:*')) !== '');
    await release();
    expect(await turn).toBe('in');
    await storage.close();
    expect(await client.ping()).toBe('PONG');
    client.destroy();
  });

  test('of a given client that are cut while somebody waits for a lock end the wait, and not the process', async () => {
    await using proxy = await Proxy.start(server.port);
    const client = createClient({ url: proxy.url(server.url), socket: { reconnectStrategy: 50 } });
    client.on('error', () => undefined);
    const storage = new RedisTokenStorage({ client, prefix: 'cut', timeout: 0.5 });
    const { release } = await hold(redisLock({ url: server.url, prefix: 'cut' }));
    const turn = errorOf(storage.withLock(key, async () => 'in', waiting()));
    await until(async () => String(await server.send('PUBSUB', 'CHANNELS', 'cut:*')) !== '');
    await proxy.refuse();
    expect(await turn).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await release();
    await storage.close();
    client.destroy();
  });

  test('of a given client that cannot connect fail in time, and send nothing later', async () => {
    await using proxy = await Proxy.start(server.port);
    const client = createClient({ url: proxy.url(server.url), socket: { reconnectStrategy: 50 } });
    client.on('error', () => undefined);
    await client.connect();
    const storage = new RedisTokenStorage({ client, prefix: 'late', timeout: 0.3 });
    await proxy.refuse();
    expect(await errorOf(storage.save(key, someTokens(1), overwriting))).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await proxy.accept();
    expect(await storage.load(key).catch(() => storage.load(key))).toBeUndefined();
    client.destroy();
  });
});

describe('A process', () => {
  test('that had no descriptor at its first use of Redis reaches it once there are some', async () => {
    const child = startLimited(256, 'out-of-descriptors.mjs', { url: server.url });
    expect(await child.says('told')).toBe('STORAGE_UNAVAILABLE, answered');
  });

  test.each([{}, { waits: true }])('ends by itself while a storage is idle (%j)', async (how) => {
    for (const redis of [{ url: server.url }, server.secure]) {
      // What waits for the timeout waits for longer than this test may take.
      const child = start('idle.mjs', { redis: { ...redis, timeout: 300 }, ...how });
      await child.says('nothing more to do');
      expect(await child.exited).toBe(0);
    }
  });

  test('stays until a save is answered', async () => {
    await using slow = await RedisServer.start();
    const child = start('idle.mjs', { redis: { url: slow.url }, unanswered: true });
    await child.says('saving');
    slow.signal('SIGSTOP');
    child.tell('go');
    await child.says('nothing more to do');
    await pause(700);
    expect(child.lines).not.toContain('saved');
    slow.signal('SIGCONT');
    expect(await child.exited).toBe(0);
    expect(child.lines).toContain('saved');
    expect(await slow.send('EXISTS', 'latchkey::k')).toBe(1);
  });
});
