import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, StorageUnavailableError, type TokenStorage } from '@latchkey/core';
import { DeviceScene } from '../../scenes/device-scene.js';

let scene: DeviceScene;
let isBroken: boolean;
let storage: TokenStorage;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
  isBroken = false;
  storage = scene.storageWith({
    save: (key, tokens, context) =>
      isBroken ? Promise.reject(new StorageUnavailableError()) : scene.storage.save(key, tokens, context),
  });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Returns the seconds, by the clock of the scene, until a call has its token, though no save works. */
async function secondsUntilToken(flow: { getAccessTokenRefreshIfNecessary(): Promise<string> }): Promise<number> {
  isBroken = true;
  const began = scene.clock.now();
  expect(await flow.getAccessTokenRefreshIfNecessary()).toBeTruthy();
  return (scene.clock.now() - began) / 1000;
}

describe('a save that always fails', () => {
  test('is tried for lockTimeout where the server gave another refresh token, which exists nowhere else', async () => {
    const flow = await scene.loggedIn({ storage });
    await scene.expire();
    const seconds = await secondsUntilToken(flow);
    expect(seconds).toBeGreaterThan(28);
    expect(seconds).toBeLessThanOrEqual(30);
  });

  test('is tried for a second where the refresh token is still the stored one', async () => {
    scene.server.configure({ rotation: 'none' });
    const flow = await scene.loggedIn({ storage });
    await scene.expire();
    const seconds = await secondsUntilToken(flow);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(1);
  });

  test('is tried for a second where a program can ask anew, and kept and saved later like any other', async () => {
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: scene.server.tokenEndpoint },
      clientId: 'machine',
      clientSecret: 'machine-secret',
      clock: scene.clock,
      storage,
    });
    expect(await secondsUntilToken(flow)).toBeLessThanOrEqual(1);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    isBroken = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.storage.load(flow.key))?.accessToken).toBe(token);
    expect(scene.server.ledger.tokenRequests).toHaveLength(1);
  });

  test('is tried for lockTimeout where a person has logged in, though there is no refresh token', async () => {
    scene.server.configure({ givesRefreshToken: () => false });
    const flow = scene.flow({ storage });
    isBroken = true;
    const began = scene.clock.now();
    await flow.doFlow();
    expect((scene.clock.now() - began) / 1000).toBeGreaterThan(28);
  });

  test('keeps no caller who leaves: its signal ends the wait at once, and the token goes to the next', async () => {
    const flow = await scene.loggedIn({ storage });
    await scene.expire();
    isBroken = true;
    const leaving = new AbortController();
    let tries = 0;
    const sleep = scene.clock.sleep.bind(scene.clock);
    scene.clock.sleep = (milliseconds, signal) => {
      if (++tries === 2) leaving.abort(new Error('I am gone.'));
      return sleep(milliseconds, signal);
    };
    const began = scene.clock.now();
    const left = flow.getAccessTokenRefreshIfNecessary({ signal: leaving.signal }).catch((error: unknown) => {
      return [String(error), scene.clock.now() - began < 1000];
    });
    expect(await left).toEqual(['Error: I am gone.', true]);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    isBroken = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.stored(flow))?.accessToken).toBe(token);
    expect(scene.renewals).toBe(1);
  });
});
