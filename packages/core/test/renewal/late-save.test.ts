import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeleteContext, SaveContext, TokenStorage } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A storage that compares nothing, as hooks of an application's own may be, with a lock that can be lost. */
function careless(): { storage: TokenStorage; lose: () => void; saves: SaveContext[] } {
  const controller = new AbortController();
  const saves: SaveContext[] = [];
  const storage = scene.storageWith({
    save: (key, tokens, context) => {
      saves.push(context);
      return scene.storage.save(key, tokens, { expected: undefined });
    },
    withLock: (key, task, options) =>
      controller.signal.aborted ? scene.storage.withLock(key, task, options) : task({ signal: controller.signal }),
  });
  return { storage, lose: () => controller.abort(), saves };
}

describe('a save that comes late', () => {
  test('looks before it writes, since the storage may not compare', async () => {
    const owner = await scene.loggedIn();
    scene.server.configure({ rotation: { grace: 60 } });
    const { storage, lose, saves } = careless();
    const flow = scene.flow({ storage });
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const slow = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    lose();
    const winner = await owner.getAccessTokenRefreshIfNecessary();
    gate.release();
    expect(await slow).toBe(winner);
    expect((await scene.stored(flow))?.accessToken).toBe(winner);
    expect(saves).toEqual([]);
  });

  test('is made under a new lock, whose holder it names', async () => {
    await scene.loggedIn();
    const { storage, lose, saves } = careless();
    const flow = scene.flow({ storage });
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const slow = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    lose();
    gate.release();
    await slow;
    expect(saves.map(({ lock }) => lock.signal.aborted)).toEqual([false]);
  });

  test('of tokens that were unsaved looks before it writes too', async () => {
    let isBroken = false;
    const flow = await scene.loggedIn({
      lockTimeout: 0,
      storage: scene.storageWith({
        save: (key, tokens) =>
          isBroken ? Promise.reject(new Error('read-only')) : scene.storage.save(key, tokens, { expected: undefined }),
      }),
    });
    await scene.expire();
    isBroken = true;
    await flow.getAccessTokenRefreshIfNecessary();
    isBroken = false;
    const elsewhere = await scene.flow().doFlow();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(elsewhere.accessToken);
    expect((await scene.stored(flow))?.accessToken).toBe(elsewhere.accessToken);
  });
});

describe('a logout', () => {
  test('states the generation that it deletes', async () => {
    const deletions: DeleteContext[] = [];
    const flow = await scene.loggedIn({
      storage: scene.storageWith({
        delete: (key, context) => {
          deletions.push(context);
          return scene.storage.delete(key, context);
        },
      }),
    });
    const stored = await scene.stored(flow);
    await flow.logout();
    expect(deletions.map(({ expected }) => expected)).toEqual([stored?.generation]);
    expect(stored?.generation).toBeGreaterThan(0);
  });
});

describe('a lock that cannot be freed', () => {
  test('withholds no token that was saved under it', async () => {
    await scene.loggedIn();
    const storage = scene.storageWith({
      withLock: async (key, task, options) => {
        await scene.storage.withLock(key, task, options);
        throw new Error('the connection ended before the release');
      },
    });
    await scene.expire();
    const flow = scene.flow({ storage });
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect((await scene.stored(flow))?.accessToken).toBe(token);
  });
});
