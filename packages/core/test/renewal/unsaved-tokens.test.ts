import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type DeviceCodeFlow, StorageUnavailableError, type TokenStorage } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const failing = (): Promise<never> => Promise.reject(new StorageUnavailableError());

describe('a save that fails after a rotation', () => {
  function broken(): { storage: TokenStorage; breakSaves: (broken: boolean) => void } {
    let isBroken = false;
    const storage = scene.storageWith({
      save: (key, tokens, context) => (isBroken ? failing() : scene.storage.save(key, tokens, context)),
    });
    return { storage, breakSaves: (value) => (isBroken = value) };
  }

  test('tries again, then gives the token, says so, and saves first at every later call', async () => {
    const { storage, breakSaves } = broken();
    const flow = await scene.loggedIn({ storage, lockTimeout: 2 });
    const old = await scene.stored(flow);
    const events: string[] = [];
    flow.events.on('saveFailed', () => events.push('saveFailed'));
    flow.events.on('saved', () => events.push('saved'));
    await scene.expire();
    breakSaves(true);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect([token === old?.accessToken, events]).toEqual([false, ['saveFailed']]);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.stored(flow))?.accessToken).toBe(old?.accessToken);
    breakSaves(false);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.stored(flow))?.accessToken).toBe(token);
    expect([events, scene.renewals]).toEqual([['saveFailed', 'saved'], 1]);
  });

  test('is made up for though nothing can be asked of the server', async () => {
    const { storage, breakSaves } = broken();
    let isDown = false;
    const clientSecret = (): Promise<string> =>
      isDown ? Promise.reject(new Error('the vault is down')) : Promise.resolve('app-secret');
    const flow = await scene.loggedIn({ storage, lockTimeout: 0, clientSecret });
    await scene.expire();
    breakSaves(true);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    breakSaves(false);
    isDown = true;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.stored(flow))?.accessToken).toBe(token);
  });

  test('leaves those of a new login what is told of as they are, past their end too, and not an older login', async () => {
    const { storage, breakSaves } = broken();
    const flow = await scene.loggedIn({ storage, lockTimeout: 0 });
    breakSaves(true);
    const { accessToken } = await flow.doFlow();
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(accessToken);
    expect((await scene.stored(flow))?.accessToken).not.toBe(accessToken);
  });

  test.each([
    ['a login', 'those of the login before', (flow: DeviceCodeFlow) => flow.doFlow(), true],
    ['a renewal', 'nothing that it replaced', (flow: DeviceCodeFlow) => flow.refresh(), false],
  ])('of %s lets a logout revoke its tokens and %s', async (_what, _others, getTokens, isBeforeToo) => {
    const { storage, breakSaves } = broken();
    const flow = await scene.loggedIn({ storage, lockTimeout: 0 });
    const before = [flow.refreshToken, flow.accessToken];
    breakSaves(true);
    await getTokens(flow);
    const present = [flow.refreshToken, flow.accessToken];
    await flow.logout();
    const revoked = scene.server.ledger.filter({ endpoint: 'revoke' }).map(({ parameters }) => parameters['token']);
    expect(new Set(revoked)).toEqual(new Set(isBeforeToo ? [...before, ...present] : present));
    expect(await scene.stored(flow)).toBeUndefined();
  });

  test('is not undone, once it is made up for, by a look that had read storage before', async () => {
    const { storage, breakSaves } = broken();
    let [isHeld, arrive, go] = [false, (): void => undefined, (): void => undefined];
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const gone = new Promise<void>((resolve) => (go = resolve));
    const load: TokenStorage['load'] = async (key) => {
      const stored = await storage.load(key);
      if (!isHeld) return stored;
      isHeld = false;
      arrive();
      await gone;
      return stored;
    };
    const flow = await scene.loggedIn({ storage: { ...storage, load }, lockTimeout: 0 });
    breakSaves(true);
    const { accessToken } = await flow.doFlow();
    breakSaves(false);
    isHeld = true;
    const asking = flow.requestDeviceCode();
    await arrived;
    await flow.getAccessTokenRefreshIfNecessary();
    expect((await scene.stored(flow))?.accessToken).toBe(accessToken);
    go();
    await asking;
    expect(flow.accessToken).toBe(accessToken);
  });

  test('succeeds without a word when storage comes back before the deadline', async () => {
    const { storage, breakSaves } = broken();
    const flow = await scene.loggedIn({ storage });
    await scene.expire();
    const failures: unknown[] = [];
    flow.events.on('saveFailed', (event) => failures.push(event));
    breakSaves(true);
    const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
    const answer = flow.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    const sleep = scene.clock.sleep.bind(scene.clock);
    let pauses = 0;
    scene.clock.sleep = (milliseconds, signal) => {
      if (++pauses === 3) breakSaves(false);
      return sleep(milliseconds, signal);
    };
    gate.release();
    const token = await answer;
    expect((await scene.stored(flow))?.accessToken).toBe(token);
    expect([failures, pauses]).toEqual([[], 3]);
  });

  test('throws only when the token has ended and the save still fails, and redeems nothing', async () => {
    const { storage, breakSaves } = broken();
    const flow = await scene.loggedIn({ storage, lockTimeout: 1 });
    await scene.expire();
    breakSaves(true);
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(StorageUnavailableError);
    expect(scene.renewals).toBe(1);
    breakSaves(false);
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.renewals).toBe(2);
    scene.server.ledger.assertNoReuse();
  });

  test('keeps the tokens though the flow that got them is thrown away', async () => {
    const { storage, breakSaves } = broken();
    const flow = scene.flow({ storage, lockTimeout: 0 });
    await flow.withAccount('ada').doFlow();
    await scene.expire();
    breakSaves(true);
    const token = await flow.withAccount('ada').getAccessTokenRefreshIfNecessary();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    breakSaves(false);
    const later = flow.withAccount('ada');
    expect(await later.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect((await scene.stored(later))?.accessToken).toBe(token);
    await scene.expire();
    await later.getAccessTokenRefreshIfNecessary();
    expect(scene.renewals).toBe(2);
    scene.server.ledger.assertNoReuse();
  });

  test('lets storage win when it has moved on', async () => {
    const { storage, breakSaves } = broken();
    const flow = await scene.loggedIn({ storage, lockTimeout: 1 });
    await scene.expire();
    breakSaves(true);
    await flow.getAccessTokenRefreshIfNecessary();
    breakSaves(false);
    const elsewhere = await scene.flow().doFlow();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(elsewhere.accessToken);
    expect((await scene.stored(flow))?.accessToken).toBe(elsewhere.accessToken);
  });
});
