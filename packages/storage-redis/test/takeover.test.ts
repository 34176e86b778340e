import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault, Interruption } from '@latchkey/core/testing';
import { type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { AuthScene } from './auth-scene.js';
import { type Child, start } from './child.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { until } from './some.js';

const lease = 1.5;
let server: RedisServer;
let scene: AuthScene;
let storage: RedisTokenStorage;
let redis: RedisOptions;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = { url: server.url, lease };
});
beforeEach(async () => {
  await server.send('FLUSHALL');
  scene = await AuthScene.start();
  storage = new RedisTokenStorage({ ...redis });
  await scene.logIn(storage, 'expired');
});
afterEach(async () => {
  await storage.close();
  await scene.server.stop();
});
afterAll(() => server.kill());

const lockName = (): string => `latchkey:lock:{latchkey::${scene.key}}`;

async function startHolder(redis: RedisOptions): Promise<Child> {
  const { issuer, tokenEndpoint } = scene.server;
  const child = start('callers.mjs', { redis, server: { issuer, tokenEndpoint }, key: scene.key });
  await child.says('ready');
  return child;
}

const owner = async () => (await server.send('GET', lockName())) as string | null;

describe('A holder that is killed', () => {
  test('while the server has not acted is followed by another within the lease, and nothing is lost', async () => {
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const unheard: Fault = {
      name: 'cut before the server acts',
      async before({ closed }): Promise<Interruption> {
        arrive();
        await closed;
        return 'cut';
      },
    };
    scene.server.nextAnswers({}, unheard);
    const holder = await startHolder(redis);
    holder.tell('go');
    await arrived;
    await holder.kill();
    const token = await scene.flow(storage).getAccessTokenRefreshIfNecessary();
    expect(token).toMatch(/^at_/);
    expect(await owner()).toBe(null);
  });
});

describe('A holder that is frozen past its lease', () => {
  test('while the server answers is followed by another; when it goes on it overwrites nothing', async () => {
    scene.server.configure({ rotation: { grace: 60 } });
    const gate = scene.server.hold({ processed: true });
    const holder = await startHolder(redis);
    holder.tell('go');
    await gate.arrived;
    holder.signal('SIGSTOP');
    const before = await owner();
    const token = scene.flow(storage).getAccessTokenRefreshIfNecessary();
    await until(async () => (await owner()) !== before); // a successor may be done between two looks
    gate.release();
    const successor = await token;
    const { generation } = (await storage.load(scene.key))!;
    holder.signal('SIGCONT');
    const [outcome] = JSON.parse(await holder.says('outcomes')) as [{ token?: string }];
    expect(outcome.token).toBe(successor);
    expect((await storage.load(scene.key))?.generation).toBe(generation);
    expect(scene.server.ledger.tokenRequests).toHaveLength(2);
  });

  test('before it sends anything sends nothing when it goes on', async () => {
    await using proxy = await Proxy.start(server.port);
    const holder = await startHolder({ ...redis, url: proxy.url(server.url) });
    // It has the lock, and is frozen before it knows.
    proxy.set('held', lockName());
    holder.tell('go');
    await until(owner);
    holder.signal('SIGSTOP');
    proxy.set('fine');
    const successor = await scene.flow(storage).getAccessTokenRefreshIfNecessary();
    holder.signal('SIGCONT');
    const [outcome] = JSON.parse(await holder.says('outcomes')) as [{ token?: string; error?: { code: string } }];
    expect(scene.server.ledger.tokenRequests).toHaveLength(1);
    expect(outcome.token ?? outcome.error?.code).toMatch(new RegExp(`^${successor}$|LOCK_LOST`));
    expect((await storage.load(scene.key))?.accessToken).toBe(successor);
  });
});
