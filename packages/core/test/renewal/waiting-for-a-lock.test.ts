import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LockOptions, LockTimeoutError, StorageUnavailableError, type TokenStorage } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A storage whose lock is taken at first, and released when `holder` has done its work; unless `isHeard`, to those who wait only. */
function taken(holder: () => Promise<unknown>, parts: Partial<TokenStorage> = {}, isHeard = true) {
  const seen = { turns: 0, releases: 0 };
  const withLock: TokenStorage['withLock'] = async (key, task, options: LockOptions) => {
    if (!isHeard && options.timeout === 0) throw new LockTimeoutError();
    await holder();
    seen.releases++;
    await options.onRelease?.();
    options.signal.throwIfAborted();
    seen.turns++;
    return scene.storage.withLock(key, task, options);
  };
  return { seen, storage: scene.storageWith({ withLock, ...parts }) };
}

describe('a process that waits for the lock', () => {
  test.each([
    ['at once', true],
    ['while it waited', false],
  ])('takes no turn when the holder has renewed %s', async (_when, isHeard) => {
    const owner = await scene.loggedIn();
    const { seen, storage } = taken(() => owner.getAccessTokenRefreshIfNecessary(), {}, isHeard);
    const flow = scene.flow({ storage });
    const adopted: unknown[] = [];
    await flow.reload();
    flow.events.on('adopted', (event) => adopted.push(event));
    await scene.expire();
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect(token).toBe(await owner.getAccessTokenRefreshIfNecessary());
    expect(seen).toEqual({ turns: 0, releases: 1 });
    expect([adopted.length, scene.renewals]).toEqual([1, 1]);
    await flow.getAccessTokenRefreshIfNecessary();
    expect(seen.releases).toBe(1);
  });

  test('takes its turn when the holder has not', async () => {
    await scene.loggedIn();
    const { seen, storage } = taken(() => Promise.resolve());
    await scene.expire();
    await scene.flow({ storage }).getAccessTokenRefreshIfNecessary();
    expect([seen.turns, scene.renewals]).toEqual([1, 1]);
  });

  test('takes its turn when it cannot look', async () => {
    const owner = await scene.loggedIn();
    let [isReleased, isBroken] = [false, false];
    const load: TokenStorage['load'] = (key) => {
      isBroken = isReleased && !isBroken; // at the look after the release, and only then
      return isBroken ? Promise.reject(new StorageUnavailableError()) : scene.storage.load(key);
    };
    const renew = async (): Promise<void> => {
      await owner.getAccessTokenRefreshIfNecessary();
      isReleased = true;
    };
    const { seen, storage } = taken(renew, { load });
    await scene.expire();
    const token = await scene.flow({ storage }).getAccessTokenRefreshIfNecessary();
    expect(token).toBe(await owner.getAccessTokenRefreshIfNecessary());
    expect([seen.turns, scene.renewals]).toEqual([1, 1]);
  });

  test('is not kept longer than the lock would keep it by a storage that hangs', async () => {
    await scene.loggedIn();
    let isReleased = false;
    let answer = (): void => undefined;
    const hang = new Promise<undefined>((resolve) => (answer = () => resolve(undefined)));
    const load: TokenStorage['load'] = (key) => (isReleased ? hang : scene.storage.load(key));
    const withLock: TokenStorage['withLock'] = async (_key, _task, { onRelease }) => {
      isReleased = true;
      await onRelease?.();
      throw new LockTimeoutError();
    };
    const flow = scene.flow({ storage: scene.storageWith({ load, withLock }), lockTimeout: 0.1 });
    await scene.expire();
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LockTimeoutError);
    answer(); // else a timer keeps the runner
  });

  test.each([
    ['does not heed', async (look: Promise<void>) => look],
    ['does not wait for', async () => undefined],
  ])('renews nothing twice where the lock %s what it finds', async (_what, settle) => {
    const owner = await scene.loggedIn();
    scene.server.configure({ expiresIn: 30 }); // less than the threshold below
    const withLock: TokenStorage['withLock'] = async (key, task, options) => {
      await scene.clock.advance(1000);
      await owner.getAccessTokenRefreshIfNecessary();
      await settle(options.onRelease?.() ?? Promise.resolve());
      void options.onRelease?.();
      return scene.storage.withLock(key, task, { ...options, signal: new AbortController().signal });
    };
    const flow = scene.flow({ storage: scene.storageWith({ withLock }), autoRefreshThreshold: 60 });
    const adopted: unknown[] = [];
    await flow.reload();
    flow.events.on('adopted', (event) => adopted.push(event));
    await scene.expire();
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect(token).toBe((await scene.stored(flow))?.accessToken);
    expect([scene.renewals, adopted.length]).toEqual([1, 1]);
  });

  test('looks no more once its turn has begun', async () => {
    await scene.loggedIn();
    let looks = 0;
    const load: TokenStorage['load'] = (key) => {
      looks++;
      return scene.storage.load(key);
    };
    const withLock: TokenStorage['withLock'] = (key, task, options) =>
      scene.storage.withLock(
        key,
        async (lock) => {
          const turn = task(lock);
          await Promise.resolve(); // it begins
          await options.onRelease?.();
          return turn;
        },
        options,
      );
    await scene.expire();
    await scene.flow({ storage: scene.storageWith({ load, withLock }) }).getAccessTokenRefreshIfNecessary();
    expect([looks, scene.renewals]).toEqual([2, 1]); // before the lock and under it
  });

  test('takes its turn to save what it could not save before', async () => {
    let isBroken = false;
    const save: TokenStorage['save'] = (key, tokens, context) =>
      isBroken ? Promise.reject(new StorageUnavailableError()) : scene.storage.save(key, tokens, context);
    const owner = await scene.loggedIn();
    const { seen, storage } = taken(() => Promise.resolve(), { save });
    const flow = scene.flow({ storage, lockTimeout: 1 });
    await scene.expire();
    isBroken = true;
    await flow.getAccessTokenRefreshIfNecessary();
    isBroken = false;
    const login = await owner.doFlow(); // storage moves on
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(login.accessToken);
    const { turns } = seen;
    await flow.getAccessTokenRefreshIfNecessary();
    expect([turns, seen.turns]).toEqual([2, 2]);
  });
});
