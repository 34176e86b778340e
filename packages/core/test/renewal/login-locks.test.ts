import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Lock, LockTimeoutError, StorageUnavailableError } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const logins = (): number => scene.server.ledger.count({ endpoint: 'device_authorization' });

/** A lock of an application's own. */
function lockBy(take: (key: string) => void, free = (): void => undefined): Lock {
  return {
    async withLock(key, task) {
      take(key);
      try {
        return await task({ signal: new AbortController().signal });
      } finally {
        free();
      }
    },
  };
}

describe('a login under a lock of the application', () => {
  test('is stored where the lock is one for all keys: it is not held while the person is busy', async () => {
    let isHeld = false;
    const take = (): void => {
      if (isHeld) throw new LockTimeoutError();
      isHeld = true;
    };
    const flow = scene.flow({ lock: lockBy(take, () => (isHeld = false)) });
    const { accessToken } = await flow.doFlow();
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    expect(logins()).toBe(1);
  });

  test('asks nobody where the tokens could not be saved', async () => {
    const take = (key: string): void => {
      if (!key.endsWith('.login')) throw new StorageUnavailableError();
    };
    await expect(scene.flow({ lock: lockBy(take) }).doFlow()).rejects.toBeInstanceOf(StorageUnavailableError);
    expect(logins()).toBe(0);
  });
});
