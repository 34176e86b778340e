import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { StorageConflictError, StorageUnavailableError, TokenSet } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('a storage that refuses each save as a conflict', () => {
  test('though nobody has saved costs no login: the tokens are kept, and saved later', async () => {
    const { key } = await scene.loggedIn();
    let refuses = true;
    const storage = scene.storageWith({
      save: async (...parameters) => {
        if (refuses) throw new StorageConflictError({ expected: 1, found: 2 });
        await scene.storage.save(...parameters);
      },
    });
    const flow = scene.flow({ key, storage, lockTimeout: 1 });
    const failures: Error[] = [];
    flow.events.on('saveFailed', ({ error }) => failures.push(error));
    await scene.expire();
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('as a conflict, though') })]);
    refuses = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.stored(flow))?.accessToken).toBe(token);
    expect(scene.renewals).toBe(1);
    scene.server.ledger.assertNoReuse();
  });
});

describe('a storage that forgets what it has saved', () => {
  test('is told as that, instead of being asked for ever, and no spent refresh token is presented', async () => {
    const { key } = await scene.loggedIn();
    let saves = 0;
    const storage = scene.storageWith({
      save: async () => {
        saves++;
      },
    });
    const flow = scene.flow({ key, storage });
    const token = (await flow.refresh()).accessToken;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    for (let call = 0; call < 2; call++) {
      const error: unknown = await flow.refresh().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(error).toMatchObject({ message: expect.stringContaining('does not keep what it is given') });
    }
    expect(saves).toBeLessThan(12);
    expect(scene.renewals).toBe(1);
    scene.server.ledger.assertNoReuse();
  });

  test('is trusted again once it keeps them', async () => {
    const { key } = await scene.loggedIn();
    let keeps = false;
    const storage = scene.storageWith({
      save: async (...parameters) => {
        if (keeps) await scene.storage.save(...parameters);
      },
    });
    const flow = scene.flow({ key, storage });
    await flow.refresh();
    await expect(flow.refresh()).rejects.toBeInstanceOf(StorageUnavailableError);
    keeps = true;
    const { accessToken } = await flow.refresh();
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    scene.server.ledger.assertNoReuse();
  });

  test('is found out too where records say nothing of their login, as rows with a few columns', async () => {
    const { key, tokens } = await scene.loggedIn();
    const columns = ({ accessToken, refreshToken, expiresAt }: TokenSet): TokenSet =>
      TokenSet.from({ access_token: accessToken, refresh_token: refreshToken, expires_at: expiresAt });
    let row = columns(tokens);
    let stale: TokenSet | undefined;
    const storage = scene.storageWith({
      load: async () => {
        const read = stale ?? row;
        stale = undefined;
        return read;
      },
      save: async (_key, saved) => {
        row = columns(saved);
      },
    });
    const flow = scene.flow({ key, storage });
    const before = row;
    await flow.refresh();
    stale = before;
    await flow.reload();
    stale = before;
    const { accessToken } = await flow.refresh();
    expect(row.accessToken).toBe(accessToken);
    expect(scene.renewals).toBe(2);
    scene.server.ledger.assertNoReuse();
  });
});
