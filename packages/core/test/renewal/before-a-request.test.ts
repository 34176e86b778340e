import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LockUnavailableError } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('what can fail is tried first', () => {
  test('the client’s secret before the lock', async () => {
    await scene.loggedIn();
    await scene.expire();
    let locks = 0;
    const flow = scene.flow({
      clientSecret: () => Promise.reject(new Error('the vault is sealed')),
      storage: scene.storageWith({
        withLock: (key, task, options) => {
          locks++;
          return scene.storage.withLock(key, task, options);
        },
      }),
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'CLIENT_SECRET_UNAVAILABLE' });
    expect(locks).toBe(0);
  });

  test('the lock before anybody is asked to log in', async () => {
    const flow = scene.flow({
      storage: scene.storageWith({ withLock: () => Promise.reject(new LockUnavailableError()) }),
    });
    await expect(flow.doFlow()).rejects.toBeInstanceOf(LockUnavailableError);
    expect(scene.server.ledger.count({ endpoint: 'device_authorization' })).toBe(0);
  });
});

describe('a server that grants less than was asked for', () => {
  test('is not asked again, even when a flow that names no scope has renewed', async () => {
    scene.server.nextAnswers(
      { endpoint: 'token', times: 2 },
      faults.changeFields((all) => ({ ...all, scope: 'read' })),
    );
    const flow = await scene.loggedIn({ scope: 'read write', key: 'one' });
    await scene.expire();
    await scene.flow({ scope: undefined, key: 'one' }).getAccessTokenRefreshIfNecessary();
    expect((await scene.stored(flow))?.stamp?.requested_scope).toBe('read write');
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe((await scene.stored(flow))?.accessToken);
  });
});
