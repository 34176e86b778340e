import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PasswordFlow, type TokenStorage } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: DeviceScene;
let reads: number;

beforeEach(async () => {
  reads = 0;
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Every renewal begins by reading storage, at once. */
function counting(): TokenStorage {
  return scene.storageWith({
    load: (key) => {
      reads++;
      return scene.storage.load(key);
    },
  });
}

describe('a renewal ahead', () => {
  test('is tried again ten seconds after it failed, and not before', async () => {
    const flow = await scene.loggedIn({ renewAhead: true, storage: counting() });
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    scene.server.nextAnswers({ times: Infinity }, faults.html(503));
    const failed = new Promise((resolve) => flow.events.on('renewalFailed', resolve));
    await flow.getAccessTokenRefreshIfNecessary();
    await failed;
    await new Promise((resolve) => setImmediate(resolve));
    const before = reads;
    await flow.getAccessTokenRefreshIfNecessary();
    expect(reads).toBe(before);
    await scene.clock.advance(10_000);
    const again = new Promise((resolve) => flow.events.on('renewalFailed', resolve));
    await flow.getAccessTokenRefreshIfNecessary();
    await again;
    expect(reads).toBe(before + 2);
  });

  test('comes in time for tokens whose life is shorter than ten seconds, too', async () => {
    const flow = await scene.loggedIn({ renewAhead: true });
    scene.server.configure({ expiresIn: 8 });
    for (const [index, pause] of [3000, 7, 7, 7].entries()) {
      const before = await flow.getAccessTokenRefreshIfNecessary();
      await scene.clock.advance(pause * 1000);
      const renewed = new Promise((resolve) => flow.events.on('renewed', resolve));
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(before);
      await renewed;
      expect(scene.renewals).toBe(index + 1);
    }
  });

  test('keeps no call waiting meanwhile: each has its token within five turns of promises', async () => {
    const flow = await scene.loggedIn({ renewAhead: true });
    const present = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const renewed = new Promise((resolve) => flow.events.on('renewed', resolve));
    await flow.getAccessTokenRefreshIfNecessary(); // begins it
    await gate.arrived;
    let given: string | undefined;
    void flow.getAccessTokenRefreshIfNecessary().then((token) => (given = token));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(given).toBe(present);
    gate.release();
    await renewed;
  });

  test('leaves at once where another process holds the lock, which is no failure; who needs the token waits', async () => {
    const flow = await scene.loggedIn({ renewAhead: true, storage: counting() });
    const first = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const renewing = scene.flow().refresh();
    await gate.arrived;
    const failures: unknown[] = [];
    flow.events.on('renewalFailed', (event) => failures.push(event));
    const before = reads;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    const waiting = flow.getAccessTokenRefreshIfNecessary({ rejectedToken: first });
    while (reads < before + 2) await new Promise((resolve) => setTimeout(resolve, 5)); // the second is who waits
    expect(failures).toEqual([]);
    gate.release();
    expect(await waiting).toBe((await renewing).accessToken);
    expect(scene.renewals).toBe(1);
  });

  test('serves who needs the token, too', async () => {
    const flow = await scene.loggedIn({ renewAhead: true, storage: counting() });
    const first = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    const needed = flow.getAccessTokenRefreshIfNecessary({ rejectedToken: first });
    await gate.arrived;
    gate.release();
    expect(await needed).toBe(flow.accessToken);
    expect(scene.renewals).toBe(1);
  });

  test('is not made unasked where a refresh token is redeemed, though no person is needed; else it is', async () => {
    for (const givesRefreshToken of [() => true, () => false]) {
      await using grants = await GrantScene.start({ givesRefreshToken });
      const flow = new PasswordFlow({ ...grants.options(), username: 'ada', password: 'pw' });
      const first = await flow.getAccessTokenRefreshIfNecessary();
      await grants.clock.advance(3000_000);
      const authorized = new Promise((resolve) => flow.events.on('authorized', resolve));
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
      if (!givesRefreshToken()) await authorized;
      await new Promise((resolve) => setImmediate(resolve));
      expect(grants.server.ledger.tokenRequests).toHaveLength(givesRefreshToken() ? 1 : 2);
    }
  });

  test('is not made unasked where a refresh token is redeemed for a person', async () => {
    const flow = await scene.loggedIn({ storage: counting() });
    const first = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(3000_000);
    const before = reads;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    expect(reads).toBe(before);
  });
});
