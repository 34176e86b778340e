import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  type HeldLock,
  InvalidRefreshTokenError,
  type Lock,
  LockLostError,
  LockTimeoutError,
  LockUnavailableError,
  StorageUnavailableError,
  type TokenStorage,
} from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

type WithLock = (task: (lock?: HeldLock) => Promise<unknown>) => Promise<unknown>;

const held: HeldLock = { signal: new AbortController().signal };
let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A flow whose token has ended, over a storage whose lock is like this. */
async function expired(withLock: WithLock) {
  const flow = await scene.loggedIn();
  await scene.expire();
  const storage = scene.storageWith({
    withLock: ((_key, task) => withLock(task as never)) as TokenStorage['withLock'],
  });
  return scene.flow({ storage, key: flow.key });
}

const harmless: [what: string, withLock: WithLock][] = [
  [
    'returns nothing',
    async (task) => {
      await task(held);
    },
  ],
  [
    'does not wait for its task',
    async (task) => {
      void task(held);
    },
  ],
  ['runs its task twice', async (task) => [await task(held), await task(held)]],
  ['runs its task twice at once', (task) => Promise.all([task(held), task(held)])],
  [
    'fails after its task',
    async (task) => {
      await task(held);
      throw new Error('not released');
    },
  ],
];

const hiding: [what: string, withLock: WithLock][] = [
  ['swallows what its task fails with', async (task) => task(held).catch(() => undefined)],
  ['tries its task again', async (task) => task(held).catch(() => task(held))],
  [
    'wraps what its task fails with',
    (task) => task(held).catch((cause: unknown) => Promise.reject(new Error('wrapped', { cause }))),
  ],
];

const logins = (): number => scene.server.ledger.count({ endpoint: 'device_authorization' });

describe('a lock that', () => {
  test.each(harmless)('%s has the token renewed once, and stored', async (_what, withLock) => {
    const flow = await expired(withLock);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect((await scene.stored(flow))?.accessToken).toBe(token);
    expect(scene.renewals).toBe(1);
    scene.server.ledger.assertNoReuse();
  });

  test.each(harmless)('%s has the person asked once, and the login stored', async (_what, withLock) => {
    const flow = scene.flow({ lock: { withLock: ((_key, task) => withLock(task as never)) as Lock['withLock'] } });
    const { accessToken } = await flow.doFlow();
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    expect(logins()).toBe(1);
  });

  test.each(hiding)('%s hides nobody’s refusal to log in, and has the person asked once', async (_what, withLock) => {
    const flow = scene.flow({
      promptUser: ({ userCode }) => scene.server.deny(userCode),
      lock: {
        withLock: ((key, task) => (key.endsWith('.login') ? withLock(task as never) : task(held))) as Lock['withLock'],
      },
    });
    await expect(flow.doFlow()).rejects.toMatchObject({ code: 'DEVICE_CODE_DENIED' });
    expect(logins()).toBe(1);
  });

  test('fails as it is called, or has no promise, fails a login as StorageUnavailableError', async () => {
    const failing = (): never => {
      throw new Error('no turn');
    };
    await expect(scene.flow({ lock: { withLock: failing } }).doFlow()).rejects.toMatchObject({
      constructor: StorageUnavailableError,
      cause: { message: 'no turn' },
    });
    const idle = { withLock: () => 5 as never };
    await expect(scene.flow({ lock: idle }).doFlow()).rejects.toBeInstanceOf(LockUnavailableError);
    expect(logins()).toBe(0);
  });

  test.each(hiding)('%s hides no refusal, and presents the token once', async (_what, withLock) => {
    const flow = await expired(withLock);
    scene.server.revokeRefreshToken((await scene.stored(flow))?.refreshToken ?? '');
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
    expect(scene.renewals).toBe(1);
  });

  test.each<[string, WithLock, string]>([
    ['never runs its task', async () => undefined, 'without running its task'],
    ['gives its task nothing', (task) => task(), 'no HeldLock'],
    ['gives its task no signal', (task) => task({} as HeldLock), 'no HeldLock'],
  ])('%s is told as that, and nothing is sent', async (_what, withLock, message) => {
    const flow = await expired(withLock);
    const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(scene.renewals).toBe(0);
  });

  test('runs its task when the caller has gone sends nothing any more', async () => {
    const late: Promise<unknown>[] = [];
    const flow = await expired(async (task) => {
      late.push(new Promise((resolve) => setImmediate(resolve)).then(() => task(held)));
      throw new LockTimeoutError();
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LockTimeoutError);
    const ends = await Promise.allSettled(late);
    expect(ends).toEqual(ends.map(() => ({ status: 'rejected', reason: expect.any(LockLostError) })));
    expect(ends.length).toBeGreaterThan(0);
    expect(scene.renewals).toBe(0);
  });
});

describe('a lock that does not end the wait', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('and never comes counts as taken by others 30 seconds after its time', async () => {
    let calls = 0;
    const withLock = (): Promise<never> => {
      calls++;
      return new Promise(() => undefined);
    };
    const { key } = await scene.loggedIn();
    const flow = scene.flow({ key, lockTimeout: 5, storage: scene.storageWith({ withLock }) });
    const ended = flow.logout().catch((error: unknown) => error);
    while (calls === 0) await new Promise(setImmediate);
    await jest.advanceTimersByTimeAsync(34_900);
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    expect(await ended).toBeInstanceOf(LockTimeoutError);
  });

  test('when its task is over keeps nobody from the new token for longer than 30 seconds', async () => {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    const flow = await expired(async (task) => {
      await task(held);
      end();
      return new Promise(() => undefined);
    });
    const token = flow.getAccessTokenRefreshIfNecessary();
    await over;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await token).toBe((await scene.stored(flow))?.accessToken);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(await token);
    expect([jest.getTimerCount(), scene.renewals]).toEqual([0, 1]);
  });
});
