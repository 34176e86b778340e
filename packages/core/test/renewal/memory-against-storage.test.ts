import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NoTokensError, RefreshOutcomeUnknownError, StorageUnavailableError, type TokenStorage } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;
let isBroken: boolean;

beforeEach(async () => {
  isBroken = false;
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A storage whose saves can be broken. */
function breakable(): TokenStorage {
  return scene.storageWith({
    save: (key, tokens, context) =>
      isBroken ? Promise.reject(new StorageUnavailableError()) : scene.storage.save(key, tokens, context),
  });
}

describe('tokens that could not be saved', () => {
  test('are what a reload gives, and what is given without renewal', async () => {
    const flow = await scene.loggedIn({ storage: breakable(), lockTimeout: 0 });
    await scene.expire();
    isBroken = true;
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect((await flow.reload())?.accessToken).toBe(token);
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(token);
    expect((await scene.stored(flow))?.accessToken).not.toBe(token);
  });

  test('are forgotten once storage has moved on', async () => {
    const flow = await scene.loggedIn({ storage: breakable(), lockTimeout: 0 });
    await scene.expire();
    isBroken = true;
    await flow.getAccessTokenRefreshIfNecessary();
    isBroken = false;
    await scene.flow().doFlow();
    await flow.getAccessTokenRefreshIfNecessary();
    const { accessToken } = await scene.flow().doFlow();
    expect((await flow.reload())?.accessToken).toBe(accessToken);
  });

  test('are what a logout revokes, and are forgotten by it', async () => {
    const flow = await scene.loggedIn({ storage: breakable(), lockTimeout: 0 });
    await scene.expire();
    isBroken = true;
    await flow.getAccessTokenRefreshIfNecessary();
    const { refreshToken } = flow;
    await flow.logout();
    const [revoked] = scene.server.ledger.filter({ endpoint: 'revoke' });
    expect(revoked?.parameters['token']).toBe(refreshToken);
    isBroken = false;
    expect(await flow.reload()).toBeUndefined();
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
    expect(await scene.stored(flow)).toBeUndefined();
  });
});

describe('a login that could not be saved', () => {
  test.each(['nothing is stored', 'an older login is stored'])(
    'is given out on, though another one is begun: %s',
    async (where) => {
      if (where.startsWith('an older')) await scene.loggedIn();
      const flow = scene.flow({ storage: breakable(), lockTimeout: 0 });
      isBroken = true;
      const { accessToken } = await flow.doFlow();
      await flow.requestDeviceCode();
      expect(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(accessToken);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
      expect(flow.accessToken).toBe(accessToken);
    },
  );
});

test('A refresh token that could not be saved outlives a login that brings none', async () => {
  const flow = await scene.loggedIn({ storage: breakable(), lockTimeout: 0 });
  await scene.expire();
  isBroken = true;
  await flow.getAccessTokenRefreshIfNecessary();
  const { refreshToken } = flow;
  isBroken = false;
  scene.server.nextAnswers(
    { endpoint: 'token' },
    faults.changeFields(({ refresh_token: _none, ...rest }) => rest),
  );
  await flow.doFlow();
  expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
});

describe('a reload that takes its time', () => {
  test('does not put back the tokens of before a renewal', async () => {
    let answer = (): void => undefined;
    let slow: Promise<void> | undefined;
    const load: TokenStorage['load'] = async (key) => {
      const [found, wait] = [await scene.storage.load(key), slow];
      slow = undefined;
      await wait;
      return found;
    };
    const flow = await scene.loggedIn({ storage: scene.storageWith({ load }) });
    slow = new Promise((resolve) => (answer = resolve));
    const reloaded = flow.reload();
    const { accessToken } = await flow.refresh();
    answer();
    await reloaded;
    expect(flow.accessToken).toBe(accessToken);
  });
});

describe('a refresh token without an answer', () => {
  test('is presented again after the pause only, although storage cannot note it', async () => {
    const flow = await scene.loggedIn({ storage: breakable() });
    const { refreshToken } = flow;
    await scene.expire();
    isBroken = true;
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 2 }, faults.reset());
    for (const presentations of [1, 1, 2, 2]) {
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
      expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(presentations);
      if (presentations === 1) await scene.clock.advance(500);
    }
  });

  test('does not count against the one of a later login', async () => {
    const flow = await scene.loggedIn({ storage: breakable() });
    await scene.expire();
    isBroken = true;
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    isBroken = false;
    const { accessToken } = await scene.flow().doFlow();
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(accessToken);
  });
});
