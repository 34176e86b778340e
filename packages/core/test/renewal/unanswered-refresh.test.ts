import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  InvalidRefreshTokenError,
  NoTokensError,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

function silent(times = 1, fault: Fault = faults.reset()): void {
  scene.server.nextAnswers({ grantType: 'refresh_token', times }, fault);
}

const failing = (flow: ReturnType<DeviceScene['flow']>, options = {}): Promise<void> =>
  expect(flow.getAccessTokenRefreshIfNecessary(options)).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);

describe('a refresh without an answer', () => {
  test('keeps the refresh token, says so, and presents it again after a second', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    silent();
    await failing(flow);
    expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
    await scene.clock.advance(999);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'REFRESH_OUTCOME_UNKNOWN',
      retryable: true,
      retryAfter: 1,
    });
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(1);
    await scene.clock.advance(1);
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
    silent();
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
    silent(1, fault());
    await failing(flow);
  });

  test('is presented again after 1, 2, 4 s and so on, a minute at most, by whichever process', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    silent(99);
    await failing(flow);
    const pauses: number[] = [];
    for (let times = 1; times <= 8; times++) {
      for (let seconds = 0; ; seconds++) {
        await failing(scene.flow());
        if (scene.server.ledger.presentations(refreshToken).length > times) {
          pauses.push(seconds);
          break;
        }
        await scene.clock.advance(1000);
      }
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test('never ends a login that the server still honours, however long it lasts and whoever may be asked', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    silent(99);
    for (let times = 0; times < 99; times++) {
      await failing(scene.flow(), { interactive: true });
      await scene.clock.advance(60_000);
    }
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(100);
    expect(scene.server.ledger.count({ endpoint: 'device_authorization' })).toBe(0);
  });

  test('is looked at under the lock too: of two processes at once the second presents nothing', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    silent();
    const others = [scene.flow(), scene.flow(), scene.flow()];
    await Promise.all(others.map((other) => failing(other)));
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(1);
  });

  test('gives the present token meanwhile, and renews it once the pause is over although it is fresh', async () => {
    const flow = await scene.loggedIn();
    const present = await flow.getAccessTokenRefreshIfNecessary();
    silent(2);
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    expect([await flow.getAccessTokenRefreshIfNecessary(), scene.renewals]).toEqual([present, 1]);
    await scene.clock.advance(1000);
    expect([await flow.getAccessTokenRefreshIfNecessary(), scene.renewals]).toEqual([present, 2]);
    await scene.clock.advance(1000);
    expect([await flow.getAccessTokenRefreshIfNecessary(), scene.renewals]).toEqual([present, 2]);
    await scene.clock.advance(1000);
    const renewed = await flow.getAccessTokenRefreshIfNecessary();
    expect([renewed === present, scene.renewals]).toEqual([false, 3]);
    expect([await flow.getAccessTokenRefreshIfNecessary(), scene.renewals]).toEqual([renewed, 3]);
  });

  test('is presented again by a process that finds the present token fresh in storage', async () => {
    scene.server.configure({ rotation: { grace: 60 } });
    const flow = await scene.loggedIn();
    silent(1, faults.reset({ processed: true }));
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    const present = flow.accessToken;
    expect([await scene.flow().getAccessTokenRefreshIfNecessary(), scene.renewals]).toEqual([present, 1]);
    await scene.clock.advance(1000);
    const others = [scene.flow(), scene.flow()];
    const [renewed, also] = await Promise.all(others.map((other) => other.getAccessTokenRefreshIfNecessary()));
    expect([renewed === present, also === renewed, scene.renewals]).toEqual([false, true, 2]);
  });

  test('is no reason to give a token that has ended meanwhile', async () => {
    const flow = await scene.loggedIn({ autoRefreshThreshold: 0 });
    silent();
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    await scene.clock.advance(3_590_000);
    silent(1, { name: '15 s of silence', before: () => scene.clock.advance(15_000).then(() => 'cut' as const) });
    await failing(flow);
    expect(scene.renewals).toBe(2);
  });

  test('is no reason to give a token that was logged out elsewhere', async () => {
    const flow = await scene.loggedIn();
    silent();
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    await scene.flow().logout();
    await scene.clock.advance(1000);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
  });

  test.each([
    ['that renews ahead', { renewAhead: true }],
    ['that is kept fresh', {}],
  ])('is presented again while callers of a flow %s go on at once', async (_which, options) => {
    const flow = await scene.loggedIn(options);
    const kept = 'renewAhead' in options ? undefined : flow.keepFresh();
    const present = await flow.getAccessTokenRefreshIfNecessary();
    silent(1);
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    await scene.clock.advance(1000);
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const renewed = new Promise((resolve) => flow.events.on('renewed', resolve));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(present);
    await gate.arrived;
    gate.release();
    await renewed;
    kept?.close();
  });

  test('is waited for once nothing keeps the flow fresh any more', async () => {
    const flow = await scene.loggedIn();
    for (const kept of [flow.keepFresh(), flow.keepFresh()]) kept.close();
    const present = await flow.getAccessTokenRefreshIfNecessary();
    silent(1);
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    await scene.clock.advance(1000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(present);
  });

  test('is presented at once by a process whose clock is an hour behind the one that noted the pause', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    silent();
    const { clock } = scene;
    const ahead = { now: () => clock.now() + 3_600_000, sleep: (ms: number) => clock.sleep(ms) };
    await failing(scene.flow({ clock: ahead }));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });

  test('counts from nothing after an answer that leaves the refresh token as it is', async () => {
    scene.server.configure({ rotation: 'none' });
    const flow = await scene.loggedIn();
    const other = scene.flow();
    for (let expiry = 0; expiry < 3; expiry++) {
      await scene.expire();
      silent();
      await failing(flow);
      await scene.clock.advance(1000);
      const { accessToken } = await other.refresh();
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    }
    expect(scene.renewals).toBe(6);
  });

  test('presents it again inside the grace that the server gives', async () => {
    scene.server.configure({ rotation: { grace: 60 } });
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    silent(3, faults.reset({ processed: true }));
    for (let times = 0; times < 3; times++) {
      await failing(flow);
      await scene.clock.advance(4000);
    }
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(4);
    scene.server.ledger.assertNoReuse();
  });

  test('says that an answer was lost when the server then refuses it', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    silent(1, faults.reset({ processed: true }));
    await failing(flow);
    await scene.clock.advance(1000);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: InvalidRefreshTokenError,
      code: 'INVALID_REFRESH_TOKEN',
      message: expect.stringContaining('an earlier answer was lost') as unknown,
      ...{ status: 400, error: 'invalid_grant', errorDescription: expect.stringMatching(/./) as unknown },
    });
    expect((await scene.stored(flow))?.stamp).toMatchObject({ refused: true });
    expect((await scene.stored(flow))?.stamp?.unanswered).toBeUndefined();
  });

  test('is told once when the server then refuses it, and the present token is given from memory', async () => {
    let loads = 0;
    const storage = scene.storageWith({});
    const load = (key: string): ReturnType<typeof storage.load> => {
      loads++;
      return storage.load(key);
    };
    const flow = await scene.loggedIn({ storage: { ...storage, load } });
    const { accessToken } = flow;
    let told = 0;
    flow.events.on('loginRequired', () => told++);
    silent(1, faults.reset({ processed: true }));
    await expect(flow.refresh()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    await scene.clock.advance(1000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    loads = 0;
    for (let call = 0; call < 5; call++) expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    expect([told, loads]).toEqual([1, 0]);
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
