import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, LockLostError, type TokenSet } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('a lock that is lost', () => {
  test('sends nothing under it, and tries once more', async () => {
    await scene.loggedIn();
    const gone = AbortSignal.abort();
    let first = true;
    const storage = scene.storageWith({
      withLock: (key, task, options) =>
        scene.storage.withLock(
          key,
          (held) => {
            const lock = first ? { signal: gone } : held;
            first = false;
            return task(lock);
          },
          options,
        ),
    });
    const flow = scene.flow({ storage });
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.renewals).toBe(1);
  });

  test('sends nothing when it is always lost', async () => {
    await scene.loggedIn();
    const gone = AbortSignal.abort();
    const storage = scene.storageWith({
      withLock: (key, task, options) => scene.storage.withLock(key, () => task({ signal: gone }), options),
    });
    await scene.expire();
    await expect(scene.flow({ storage }).getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LockLostError);
    expect(scene.renewals).toBe(0);
  });

  test('never replaces what somebody else wrote meanwhile', async () => {
    const owner = await scene.loggedIn();
    const { storage, lose } = scene.losable();
    const flow = scene.flow({ storage });
    scene.server.configure({ rotation: { grace: 60 } });
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const slow = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    lose();
    const winner = await owner.getAccessTokenRefreshIfNecessary();
    gate.release();
    expect(await slow).toBe(winner);
    expect((await scene.stored(flow))?.accessToken).toBe(winner);
  });

  test('saves what it got under a new lock when nobody else wrote', async () => {
    await scene.loggedIn();
    const { storage, lose } = scene.losable();
    const flow = scene.flow({ storage });
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const slow = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    lose();
    gate.release();
    const token = await slow;
    expect((await scene.stored(flow))?.accessToken).toBe(token);
  });

  test('takes no login away, though another process renewed the old tokens meanwhile', async () => {
    const owner = await scene.loggedIn();
    const { storage, lose } = scene.losable();
    let isAuthorized = false;
    const load = async (key: string): Promise<TokenSet | undefined> => {
      const found = await scene.storage.load(key);
      if (!isAuthorized) return found;
      isAuthorized = false;
      lose();
      await owner.refresh();
      return found;
    };
    const flow = scene.flow({
      storage: { ...storage, load },
      promptUser: ({ userCode }) => {
        scene.server.approve(userCode);
        isAuthorized = true;
      },
    });
    const { accessToken } = await flow.doFlow();
    expect(scene.renewals).toBe(1);
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
  });

  test('while a new grant is asked for is tried once more, whatever reason its signal gives', async () => {
    const { storage, lose } = scene.losable();
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: scene.server.tokenEndpoint },
      clientId: 'machine',
      clientSecret: 'machine-secret',
      storage,
    });
    const gate = scene.server.hold({ grantType: 'client_credentials' });
    const answer = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    lose(new Error('a reason of its own'));
    gate.release();
    expect(await answer).toBe(flow.accessToken);
    expect(scene.server.ledger.count({ grantType: 'client_credentials' })).toBe(2);
  });
});
