import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StorageUnavailableError } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { AuthScene } from './auth-scene.js';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';
import { errorOf, expecting, key, overwriting, someTokens, waiting } from './some.js';

interface Outage {
  readonly code: string;
  readonly retryable: boolean;
  readonly begin: () => unknown;
  readonly end: () => unknown;
  /** Whether reading goes on. */
  readonly reads?: true;
  /** Whether deleting goes on. */
  readonly deletes?: true;
}

const timeout = 2;
let server: RedisServer;
let proxy: Proxy;
let storage: RedisTokenStorage;
let scene: AuthScene;

beforeAll(async () => {
  server = await RedisServer.start({ acl: '+@all ~* &*' });
  proxy = await Proxy.start(server.port);
  storage = new RedisTokenStorage({ url: appUrl(), timeout });
});
beforeEach(async () => {
  scene = await AuthScene.start();
});
afterEach(() => scene.server.stop());
afterAll(async () => {
  await storage.close();
  await proxy.refuse();
  await server.kill();
});

const fine = () => proxy.set('fine');
const acl = (...rules: string[]) => server.send('ACL', 'SETUSER', 'app', ...rules);
const memory = (limit: string) => server.send('CONFIG', 'SET', 'maxmemory', limit);
const replica = (...of: string[]) => server.send('REPLICAOF', ...of);

const outages: Record<string, Outage> = {
  stalled: { code: 'TIMEOUT', retryable: true, begin: () => proxy.set('stalled'), end: fine },
  refused: { code: 'ECONNREFUSED', retryable: true, begin: () => proxy.refuse(), end: () => proxy.accept() },
  'cut in mid-command': { code: '', retryable: true, begin: () => proxy.set('cut before'), end: fine },
  'cut before each reply': { code: '', retryable: true, begin: () => proxy.set('cut after'), end: fine },
  'out of memory': {
    code: 'OOM',
    retryable: true,
    begin: () => memory('1'),
    end: () => memory('0'),
    reads: true,
    deletes: true,
  },
  'behind a wrong password': {
    code: 'WRONGPASS',
    retryable: false,
    begin: async () => {
      await acl('resetpass', '>another');
      await server.send('CLIENT', 'KILL', 'USER', 'app');
    },
    end: () => acl('resetpass', `>${server.secrets[1]}`),
  },
  'a read-only replica': {
    code: 'READONLY',
    retryable: true,
    begin: async () => {
      await server.send('CONFIG', 'SET', 'replica-serve-stale-data', 'yes');
      await replica('127.0.0.1', '1');
    },
    end: () => replica('NO', 'ONE'),
    reads: true,
  },
  'forbidding scripts': {
    code: 'NOPERM',
    retryable: false,
    begin: () => acl('-eval'),
    end: () => acl('+eval'),
    reads: true,
  },
  'forbidding writes inside of scripts': {
    code: 'NOPERM',
    retryable: false,
    begin: () => acl('-set'),
    end: () => acl('+set'),
    reads: true,
    deletes: true,
  },
  'forbidding the keys of records': {
    code: 'NOPERM',
    retryable: false,
    begin: () => acl('resetkeys', '~latchkey:lock*'),
    end: () => acl('~*'),
  },
};

function appUrl(): string {
  return proxy.url(`redis://app:${server.secrets[1]}@127.0.0.1:${server.port}`);
}

describe.each(Object.entries(outages))('Redis, %s,', (_name, { code, retryable, begin, end, reads, deletes }) => {
  test('is a typed error without secrets, inside the timeout', async () => {
    await storage.save(key, someTokens(1), overwriting);
    await begin();
    try {
      let ran = false;
      const operations = [
        ...(reads ? [] : [() => storage.load(key)]),
        () => storage.save(key, someTokens(2), expecting(1)),
        () => storage.save(key, someTokens(2), overwriting),
        () => storage.withLock(key, async () => (ran = true), waiting()),
        ...(deletes ? [] : [() => storage.delete(key, expecting(1))]),
      ];
      for (const operation of operations) {
        const error = await errorOf(operation());
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(error).toMatchObject({ retryable });
        expect((error.cause as { code: string }).code).toContain(code);
        const shown = `${error.stack} ${inspect(error, { depth: 9, showHidden: true })}`;
        for (const secret of [...server.secrets, 'secret-']) expect(shown).not.toContain(secret);
      }
      expect(ran).toBe(false);
      if (reads) expect((await storage.load(key))?.generation).toBe(1);
    } finally {
      await end();
    }
    const generation = (await storage.load(key))?.generation ?? 0;
    expect([1, 2]).toContain(generation);
    await storage.save(key, someTokens(3), expecting(generation));
    expect(await storage.withLock(key, async () => 'free', waiting(20))).toBe('free');
  });

  test('redeems nothing, starts no login, and the flow goes on without a restart', async () => {
    await scene.logIn(storage, 'expired');
    const flow = scene.flow(storage);
    await begin();
    try {
      const error = await errorOf(flow.getAccessTokenRefreshIfNecessary());
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(scene.server.ledger.tokenRequests).toHaveLength(0);
    } finally {
      await end();
    }
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    scene.server.ledger.assertTokenRequests(1);
  });
});

describe('A token that is still valid', () => {
  test('is served from memory while Redis is gone', async () => {
    const { accessToken } = await scene.logIn(storage, 'fresh');
    const flow = scene.flow(storage);
    await flow.getAccessTokenRefreshIfNecessary();
    await proxy.refuse();
    try {
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    } finally {
      await proxy.accept();
    }
  });
});

describe('A renewal whose save is cut off', () => {
  test('saves in the end, once, what the server gave', async () => {
    await scene.logIn(storage, 'expired');
    const flow = scene.flow(storage);
    const held = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const token = flow.getAccessTokenRefreshIfNecessary();
    await held.arrived;
    proxy.set('cut after', 'access_token', 3);
    held.release();
    const renewed = await token;
    expect((await storage.load(scene.key))?.accessToken).toBe(renewed);
    scene.server.ledger.assertTokenRequests(1);
  });
});

test('What Redis has answered while this process was held up is not late', async () => {
  const url = `redis://app:${server.secrets[1]}@127.0.0.1:${server.port}`;
  const hurried = new RedisTokenStorage({ url, timeout });
  await hurried.save(key, someTokens(1), overwriting);
  await server.send('CLIENT', 'PAUSE', '200');
  const loading = hurried.load(key);
  await new Promise((resolve) => setTimeout(resolve, 50)); // the command leaves
  await new Promise(setImmediate); // timers come next, before what has arrived
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeout * 1000 + 200);
  expect((await loading)?.generation).toBe(1);
  await hurried.close();
});

test('A process that is held up again and again has time for all the answers that it needs', async () => {
  const url = `redis://app:${server.secrets[1]}@127.0.0.1:${server.port}`;
  const hurried = new RedisTokenStorage({ url, timeout: 0.3 });
  await hurried.load(key); // the code is loaded
  await hurried.close();
  const loading = hurried.load(key);
  // To connect, to log in, to ask: each answer takes a turn, and the turns are far apart.
  for (let turns = 0; turns < 8; turns++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    await new Promise(setImmediate);
  }
  await expect(loading).resolves.toBeDefined();
  await hurried.close();
});
