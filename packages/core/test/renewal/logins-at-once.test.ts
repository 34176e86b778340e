import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const logins = (): number => scene.server.ledger.count({ endpoint: 'device_authorization' });

/** A flow of another process, which stores a login just after this one has looked for tokens in vain. */
function overtaken(): ReturnType<DeviceScene['flow']> {
  const other = scene.flow();
  let looks = 0;
  const storage = scene.storageWith({
    load: async (key) => {
      const found = await scene.storage.load(key);
      if (looks++ === 0) await other.doFlow();
      return found;
    },
  });
  return scene.flow({ storage });
}

describe('a login that another process has saved just before', () => {
  test('is the one of a caller who found no tokens: the person is asked once', async () => {
    const token = await overtaken().getAccessTokenRefreshIfNecessary({ interactive: true });
    expect(logins()).toBe(1);
    expect(token).toBe((await scene.stored(scene.flow()))?.accessToken);
  });

  test('is replaced by a login that is wanted whatever is there', async () => {
    await scene.loggedIn();
    await scene.flow().doFlow();
    expect(logins()).toBe(1);
  });
});
