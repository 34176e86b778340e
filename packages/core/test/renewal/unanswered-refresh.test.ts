import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InvalidRefreshTokenError, RefreshOutcomeUnknownError, TokenEndpointUnavailableError } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('a refresh without an answer', () => {
  test('keeps the refresh token, says so, and presents it once more', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(2);
    expect((await scene.stored(flow))?.stamp?.unanswered).toBeUndefined();
  });

  test('is noted in storage before any caller is told, and while the lock is held', async () => {
    await scene.loggedIn();
    await scene.expire();
    const order: string[] = [];
    let note = (): void => undefined;
    const noting = new Promise<void>((resolve) => {
      note = resolve;
    });
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const flow = scene.flow({
      storage: scene.storageWith({
        async save(key, tokens, context) {
          begin();
          await noting;
          await scene.storage.save(key, tokens, context);
          order.push(`noted ${tokens.stamp?.unanswered?.times}`);
        },
        withLock: (key, task, options) =>
          scene.storage.withLock(key, (lock) => task(lock).finally(() => order.push('freed')), options),
      }),
    });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
    const told = flow.getAccessTokenRefreshIfNecessary().catch(() => order.push('told'));
    await begun;
    await new Promise((resolve) => setImmediate(resolve));
    note();
    await told;
    expect(order).toEqual(['noted 1', 'freed', 'told']);
  });

  test.each([
    ['a truncated', () => faults.truncate()],
    ['an oversized', () => faults.oversize(2_000_000)],
    ['an empty', () => faults.empty(200, { processed: true })],
    ['an HTML', () => faults.html(200, { processed: true })],
  ])('takes %s answer for none', async (_name, fault) => {
    const flow = await scene.loggedIn();
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, fault());
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
  });

  test('presents it no third time, in whichever process', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 2 }, faults.reset());
    for (const process of [flow, scene.flow()]) {
      await expect(process.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    }
    for (const process of [flow, scene.flow()]) {
      await expect(process.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
        constructor: InvalidRefreshTokenError,
        code: 'REFRESH_TOKEN_UNANSWERED',
      });
    }
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(2);
  });

  test('counts from nothing after an answer that leaves the refresh token as it is', async () => {
    scene.server.configure({ rotation: 'none' });
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    for (let expiry = 0; expiry < 3; expiry++) {
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    }
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(6);
  });

  test('counts from nothing after such an answer to another process', async () => {
    scene.server.configure({ rotation: 'none' });
    const flow = await scene.loggedIn();
    const other = scene.flow();
    for (let expiry = 0; expiry < 3; expiry++) {
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
      const { accessToken } = await other.refresh();
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    }
    expect(scene.renewals).toBe(6);
  });

  test('presents it again inside the grace that the server gives', async () => {
    scene.server.configure({ rotation: { grace: 60 } });
    const flow = await scene.loggedIn({ rotation: { grace: 60 } });
    const { refreshToken } = flow;
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 3 }, faults.reset({ processed: true }));
    for (let times = 0; times < 3; times++) {
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
      await scene.clock.advance(10_000);
    }
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(4);
    scene.server.ledger.assertNoReuse();
  });

  test('does not count a request that never left', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const stored = await scene.stored(flow);
    const offline = scene.flow({
      fetch: () =>
        Promise.reject(
          new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
        ),
    });
    for (let times = 0; times < 3; times++) {
      await expect(offline.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    }
    expect((await scene.stored(flow))?.toJSON()).toEqual(stored?.toJSON());
  });
});
