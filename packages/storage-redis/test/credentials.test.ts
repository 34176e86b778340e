import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StorageUnavailableError } from '@latchkey/core';
import { type RedisCredentials, type RedisCredentialsStream, RedisTokenStorage } from '@latchkey/storage-redis';
import { AuthScene } from './auth-scene.js';
import { needed, RedisServer } from './redis-server.js';
import { errorOf, hold, key, until, waiting } from './some.js';

const user = 'rotating';
let server: RedisServer;
let urlOfUser: string;
beforeAll(async () => {
  server = await RedisServer.start();
  urlOfUser = `redis://${user}@127.0.0.1:${server.port}`;
});
beforeEach(() => setPassword('first'));
afterAll(() => server.kill());

/** From now on the user has this password alone. Connections that are open stay so. */
function setPassword(password: string): Promise<unknown> {
  return server.send('ACL', 'SETUSER', user, 'reset', 'on', `>${password}`, ...needed.split(' '));
}

function cutConnections(): Promise<unknown> {
  return server.send('CLIENT', 'KILL', 'USER', user);
}

const giving = (credentials: () => Promise<RedisCredentials>) => ({
  credentialsProvider: { type: 'async-credentials-provider' as const, credentials },
});

describe('A URL that names the user', () => {
  test.each([
    ['the option password', { password: 'first' }],
    ['a provider that knows the password', giving(async () => ({ password: 'first' }))],
    ['a provider that knows both', giving(async () => ({ username: user, password: 'first' }))],
  ])('goes with %s', async (_what, options) => {
    await using storage = new RedisTokenStorage({ url: urlOfUser, ...options });
    expect(await storage.load(key)).toBeUndefined();
  });

  test('has the password that it names itself, whatever the option says', async () => {
    const url = urlOfUser.replace('@', ':first@');
    await using storage = new RedisTokenStorage({ url, username: 'nobody', password: 'other' });
    expect(await storage.load(key)).toBeUndefined();
  });
});

describe('A provider of credentials', () => {
  test('is asked for each connection, so that a password may change', async () => {
    let password = 'first';
    await using storage = new RedisTokenStorage({ url: urlOfUser, ...giving(async () => ({ password })) });
    await storage.load(key);
    await setPassword('second');
    await storage.load(key); // the connection that is open stays
    await cutConnections();
    expect(await errorOf(storage.load(key))).toMatchObject({ cause: { code: 'WRONGPASS' } });
    password = 'second';
    expect(await storage.load(key)).toBeUndefined();
  });

  test.each([
    [
      'rejects',
      () => Promise.reject(Object.assign(new Error('IAM is out'), { answer: 'secret-answer' })),
      'IAM is out',
    ],
    ['gives nothing', () => Promise.resolve(undefined as never), /undefined/],
    ['gives a number', () => Promise.resolve({ password: 1 as never }), /no text/],
  ])('that %s is named, nothing is redeemed, and the next call asks it again', async (_how, fail, words) => {
    await using scene = await AuthScene.start();
    let credentials: () => Promise<RedisCredentials> = async () => ({ password: 'first' });
    await using storage = new RedisTokenStorage({ url: urlOfUser, ...giving(() => credentials()) });
    await scene.logIn(storage, 'expired');
    await storage.close();
    credentials = fail;
    const error = await errorOf(scene.flow(storage).getAccessTokenRefreshIfNecessary());
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error.message).toContain('credentialsProvider failed');
    expect(error).toMatchObject({ retryable: true, cause: { message: expect.stringMatching(words) } });
    expect(error.cause).not.toHaveProperty('answer');
    scene.server.ledger.assertTokenRequests(0);
    credentials = async () => ({ password: 'first' });
    expect(await scene.flow(storage).getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });
});

describe('A stream of credentials', () => {
  type Listener = Parameters<RedisCredentialsStream['subscribe']>[0];

  /** A stream that gives `password`, with those who listen to it. */
  function streaming(password: string) {
    const listeners = new Set<Listener>();
    const refused: Error[] = [];
    const stream = {
      password,
      listeners,
      refused,
      credentialsProvider: {
        type: 'streaming-credentials-provider' as const,
        async subscribe(listener: Listener): Promise<[RedisCredentials, { dispose(): void }]> {
          listeners.add(listener);
          let isOver = false;
          const dispose = (): void => {
            if (isOver) throw new Error('It was ended twice.');
            isOver = true;
            listeners.delete(listener);
          };
          return [{ password: stream.password }, { dispose }];
        },
        onReAuthenticationError: (error: Error) => refused.push(error),
      },
    };
    return stream;
  }

  test('is listened to by connections that are open, and by no other', async () => {
    const { credentialsProvider, listeners } = streaming('first');
    await using storage = new RedisTokenStorage({ url: urlOfUser, credentialsProvider });
    for (let n = 0; n < 3; n++) {
      await storage.load(key);
      expect(listeners.size).toBe(1);
      await cutConnections();
      await until(() => listeners.size === 0);
    }
    const held = await hold({ withLock: (...call) => storage.withLock(...call) });
    const waits = storage.withLock(key, async () => 'in', waiting());
    await until(() => listeners.size === 2);
    await held.release();
    await waits;
    await storage.close();
    expect(listeners.size).toBe(0);
  });

  test('is left by connections that Redis refused', async () => {
    const { credentialsProvider, listeners } = streaming('wrong');
    await using storage = new RedisTokenStorage({ url: urlOfUser, credentialsProvider });
    for (let n = 0; n < 3; n++)
      expect(await errorOf(storage.load(key))).toMatchObject({ cause: { code: 'WRONGPASS' } });
    expect(listeners.size).toBe(0);
  });

  test('tells a connection that is open its new password, and hears where that is refused', async () => {
    const stream = streaming('first');
    const { credentialsProvider, listeners, refused } = stream;
    await using storage = new RedisTokenStorage({ url: urlOfUser, credentialsProvider });
    await storage.load(key);
    await server.send('ACL', 'LOG', 'RESET');
    for (const { onNext } of listeners) onNext({ password: 'refused' });
    await until(() => refused.length === 1);
    expect(String(await server.send('ACL', 'LOG'))).toContain(user); // whom the provider did not name
    expect(await storage.load(key)).toBeUndefined();
  });
});
