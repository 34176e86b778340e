import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NoTokensError, type TokenSet } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const lock = { signal: new AbortController().signal };

/** Puts a record in the place of what is stored, as a restored backup does. */
async function restore(key: string, tokens: TokenSet): Promise<void> {
  await scene.storage.delete(key, { expected: undefined });
  await scene.storage.save(key, tokens, { reason: 'refresh', expected: undefined, lock } as never);
}

/** The scene's time, in which nobody's sleep ends by itself but that of who waits for a person. */
function sleepless() {
  const pauses: number[] = [];
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const clock = {
    now: () => scene.clock.now(),
    sleep: (milliseconds: number) => {
      if (milliseconds !== 1000) return scene.clock.sleep(milliseconds);
      pauses.push(milliseconds);
      return woken;
    },
  };
  const asleep = async (count: number): Promise<void> => {
    while (pauses.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, wake: () => wake(), asleep, pauses };
}

describe('storage that goes back in time', () => {
  test('gets the newer tokens of memory again, and no spent refresh token is presented', async () => {
    const flow = await scene.loggedIn();
    const older = (await scene.stored(flow)) as TokenSet;
    const { accessToken } = await flow.refresh();
    await restore(flow.key, older);
    expect((await flow.reload())?.accessToken).toBe(accessToken);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    await scene.expire();
    expect(await scene.flow().getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    scene.server.ledger.assertNoReuse();
  });

  test('gets them again by the next call, though that has an answer in memory', async () => {
    const flow = await scene.loggedIn();
    const older = (await scene.stored(flow)) as TokenSet;
    await flow.refresh();
    const present = await flow.getAccessTokenRefreshIfNecessary();
    await restore(flow.key, older);
    await flow.reload();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(present);
    expect((await scene.stored(flow))?.accessToken).toBe(present);
  });

  test('is given a second before a refresh token is redeemed, in which another host may save a later one', async () => {
    const { clock, wake, asleep } = sleepless();
    const flow = await scene.loggedIn({ clock });
    const other = scene.flow({ clock });
    const oldest = (await scene.stored(flow)) as TokenSet;
    await flow.refresh();
    await other.refresh(); // of which flow knows nothing
    await restore(flow.key, oldest);
    await scene.expire();
    const asked = flow.getAccessTokenRefreshIfNecessary();
    await asleep(1);
    expect(scene.renewals).toBe(2); // what flow knows of is stored again, and is spent
    const alsoAsked = other.getAccessTokenRefreshIfNecessary();
    await asleep(2);
    wake();
    expect(await alsoAsked).toBe(await asked);
    expect(scene.renewals).toBe(3);
    scene.server.ledger.assertNoReuse();
  });

  test('is redeemed without a pause once nothing has gone back since', async () => {
    const { clock, wake, asleep, pauses } = sleepless();
    const flow = await scene.loggedIn({ clock });
    const older = (await scene.stored(flow)) as TokenSet;
    await flow.refresh();
    await restore(flow.key, older);
    await scene.expire();
    const asked = flow.getAccessTokenRefreshIfNecessary();
    await asleep(1);
    wake();
    await asked;
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(pauses).toEqual([1000]);
    scene.server.ledger.assertNoReuse();
  });

  test('wins with the record of another login, whatever its generation', async () => {
    const flow = await scene.loggedIn();
    await flow.refresh();
    const login = await scene.flow().doFlow();
    await restore(flow.key, login.withStamp({ ...login.stamp, generation: 1 }));
    expect((await flow.reload())?.accessToken).toBe(login.accessToken);
  });

  test('wins with an import, whatever its generation', async () => {
    const flow = await scene.loggedIn();
    const exported = flow.tokens.toJSON();
    await flow.refresh();
    await scene.flow().importTokens(exported);
    expect((await flow.reload())?.accessToken).toBe(exported.access_token);
  });

  test('is absent: then somebody has logged out', async () => {
    const flow = await scene.loggedIn();
    await flow.refresh();
    await scene.storage.delete(flow.key, { expected: undefined });
    await scene.expire();
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
  });

  test('is left alone where records say nothing of their login, as those of earlier versions', async () => {
    const flow = await scene.loggedIn();
    const { login: _, ...stamp } = flow.tokens.stamp ?? { generation: 0 };
    const older = flow.tokens.withStamp({ ...stamp, generation: 1 });
    await restore(flow.key, older);
    expect((await flow.reload())?.generation).toBe(1);
  });
});
