import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { redisLock, RedisTokenStorage } from '@latchkey/storage-redis';
import { Cluster } from 'ioredis';
import { NotPrimary } from '../dist/link/link.js';
import { confirmReplicas, TooFewReplicas } from '../dist/replication.js';
import { start, startLimited } from './child.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, hold, key, overwriting, someTokens, until, waiting } from './some.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start({
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    open: true,
    lowPort: true,
  });
  await server.send('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until(async () => String(await server.send('CLUSTER', 'INFO')).includes('cluster_state:ok'));
});
afterAll(() => server.kill());

describe('A cluster of one node', () => {
  test('holds a lock, wakes who waits for it, and keeps and lists a record', async () => {
    const options = { cluster: { rootNodes: [{ url: server.url }] }, replicas: 0 };
    await using lock = redisLock(options);
    await using storage = new RedisTokenStorage(options);
    const held = await hold(lock);
    const saved = storage.withLock(key, (own) => storage.save(key, someTokens(1), expecting(0, own)), waiting());
    await held.release();
    await saved;
    expect((await storage.load(key))?.accessToken).toBe(someTokens(1).accessToken);
    const listed = [];
    for await (const login of storage.list()) listed.push(login.key);
    expect(listed).toEqual([key]);
  });

  test('keeps no process alive while a storage is idle, and no connection when that is closed', async () => {
    const options = { cluster: { rootNodes: [{ url: server.url }] }, replicas: 0 };
    const child = start('idle.mjs', { redis: { ...options, timeout: 300 }, waits: true });
    await child.says('nothing more to do');
    expect(await child.exited).toBe(0);
    const storage = new RedisTokenStorage(options);
    const { release } = await hold(storage);
    const leaving = new AbortController();
    const late = errorOf(storage.withLock(key, async () => undefined, waiting(60, leaving.signal)));
    await until(async () => String(await server.send('CLIENT', 'LIST', 'TYPE', 'pubsub')) !== '');
    leaving.abort();
    expect(await late).toBe(leaving.signal.reason);
    const hurried = errorOf(storage.withLock(key, async () => undefined, waiting(0.3)));
    expect(await hurried).toMatchObject({ code: 'LOCK_TIMEOUT' });
    await release();
    await storage.close();
    await until(
      async () =>
        String(await server.send('CLIENT', 'LIST'))
          .trim()
          .split('\n').length === 1,
    );
  });

  test('is reached by a process that had no descriptor at its first use of it, once there are some', async () => {
    const options = { cluster: { rootNodes: [{ url: server.url }] }, replicas: 0 };
    const child = startLimited(256, 'out-of-descriptors.mjs', options);
    expect(await child.says('told')).toBe('STORAGE_UNAVAILABLE, answered');
  });

  test('is asked for replicas by a cluster of ioredis, where a save is told as one too few have', async () => {
    const client = new Cluster([{ host: '127.0.0.1', port: server.port }]);
    await using _closing = { [Symbol.asyncDispose]: async () => client.disconnect() };
    await using storage = new RedisTokenStorage({ client, replicas: 1, timeout: 1, prefix: 'confirmed' });
    const error = await errorOf(storage.save(key, someTokens(1), overwriting));
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', cause: { code: 'REPLICAS' } });
  });

  test('has no lock by default, since it has no replica, and says so', async () => {
    const options = { cluster: { rootNodes: [{ url: server.url }] }, timeout: 1, prefix: 'alone' };
    await using storage = new RedisTokenStorage(options);
    const error = await errorOf(storage.withLock(key, async () => undefined, waiting(0)));
    expect(error).toMatchObject({ cause: { code: 'REPLICAS' }, remedy: expect.stringContaining('replicas') });
  });

  test('that has a replica by now is asked by another link, which finds whom to ask', async () => {
    const primary = (confirmed: number) => ({ send: async () => confirmed, isPrimary: async () => undefined });
    await expect(confirmReplicas(primary(1), 1, 10)).rejects.toBeInstanceOf(NotPrimary);
    await expect(confirmReplicas(primary(0), 1, 10)).rejects.toBeInstanceOf(TooFewReplicas);
  });

  test('is found though the machine of another root node is gone', async () => {
    const gone = { socket: { host: 'gone.example', port: 1, lookup: () => undefined } };
    const first = jest.spyOn(Math, 'random').mockReturnValue(0); // node-redis begins anywhere
    await using storage = new RedisTokenStorage({
      cluster: { rootNodes: [gone, { url: server.url }] },
      replicas: 0,
      timeout: 4,
    });
    expect(await storage.load(`${key}-none`).finally(() => first.mockRestore())).toBeUndefined();
  });

  test('is logged in to by a URL that names the user, and a password beside it', async () => {
    const password = server.secrets[1];
    const rootNodes = [{ url: `redis://app@127.0.0.1:${server.port}` }];
    await server.send('ACL', 'SETUSER', 'app', '+cluster|slots');
    await using storage = new RedisTokenStorage({
      cluster: { rootNodes, defaults: { username: 'app', password } },
      replicas: 0,
    });
    expect(await storage.load(`${key}-none`)).toBeUndefined();
    for await (const { key: listed } of storage.list()) expect(listed).toBe(key);
  });

  test('is reached by TLS at each node where a root node is, though its defaults do not say so', async () => {
    const begun: (number | undefined)[] = [];
    const node = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        begun.push(data[0]);
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(node, 'listening');
    const { port } = node.address() as AddressInfo;
    await server.send('ACL', 'SETUSER', 'app', '+cluster|slots');
    const url = `rediss://127.0.0.1:${server.tlsPort}`;
    await using storage = new RedisTokenStorage({
      cluster: {
        rootNodes: [{ url, socket: { tls: true, ca: server.certificate } }],
        defaults: { username: 'app', password: server.secrets[1] },
        nodeAddressMap: () => ({ host: '127.0.0.1', port }),
      },
      replicas: 0,
      timeout: 1,
    });
    expect(await errorOf(storage.load(key))).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    node.close();
    expect(new Set(begun)).toEqual(new Set([0x16])); // how TLS begins; Redis' commands begin with 0x2a
  });
});
