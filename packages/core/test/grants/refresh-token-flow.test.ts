import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  InvalidRefreshTokenError,
  MemoryTokenStorage,
  RefreshTokenFlow,
  type RefreshTokenFlowOptions,
  StorageUnavailableError,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;
let given: string;

beforeEach(async () => {
  scene = await GrantScene.start();
  given = await scene.refreshToken();
});
afterEach(() => scene[Symbol.asyncDispose]());

function flowOf(options: Partial<RefreshTokenFlowOptions> = {}): RefreshTokenFlow {
  return new RefreshTokenFlow({ ...scene.options(), refreshToken: given, ...options });
}

const presented = (): unknown[] => scene.server.ledger.tokenRequests.map(({ refreshToken }) => refreshToken);

describe('RefreshTokenFlow', () => {
  test('starts from the given refresh token, and goes on with what replaced it, in later processes too', async () => {
    for (let run = 0; run < 3; run++) {
      await flowOf().getAccessTokenRefreshIfNecessary();
      await scene.expire();
    }
    expect(presented()[0]).toBe(given);
    expect(new Set(presented()).size).toBe(3);
    scene.server.ledger.assertNoReuse();
  });

  test('presents it once for many callers in several processes', async () => {
    const flows = [flowOf(), flowOf(), flowOf()];
    const calls = flows.flatMap((flow) => Array.from({ length: 10 }, () => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(presented()).toEqual([given]);
  });

  test('tries a new given token when what is stored no longer works, in the same call', async () => {
    const old = flowOf();
    await old.getAccessTokenRefreshIfNecessary();
    scene.server.revokeRefreshToken((await scene.stored(old))?.refreshToken ?? '');
    await scene.expire();
    const fresh = await scene.refreshToken();
    const flow = flowOf({ refreshToken: () => fresh });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(presented().at(-1)).toBe(fresh);
    expect(presented()).toHaveLength(2);
  });

  test('does not try a new given token while what is stored works', async () => {
    await flowOf().getAccessTokenRefreshIfNecessary();
    await scene.expire();
    const fresh = await scene.refreshToken();
    await flowOf({ refreshToken: fresh }).getAccessTokenRefreshIfNecessary();
    expect(presented()).not.toContain(fresh);
  });

  test('never presents a given token that was used before', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    scene.server.revokeRefreshToken((await scene.stored(flow))?.refreshToken ?? '');
    await scene.expire();
    scene.server.ledger.clear();
    for (const each of [flow, flow, flowOf()]) {
      const error = await each.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidRefreshTokenError);
      expect(error).toMatchObject({ code: 'GIVEN_REFRESH_TOKEN_SPENT', remedy: expect.stringContaining('new one') });
    }
    expect(presented()).not.toContain(given);
    scene.server.ledger.assertNoReuse();
  });

  test('says what the server said of the token that followed the given one', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_grant'));
    for (let call = 0; call < 2; call++) {
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
        code: 'GIVEN_REFRESH_TOKEN_SPENT',
        status: 400,
        error: 'invalid_grant',
        cause: { code: 'INVALID_REFRESH_TOKEN' },
      });
    }
    expect(presented()).toHaveLength(2);
  });

  test('does not call a token ended that followed the given one and may live, and presents it again', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    const followed = (await scene.stored(flow))?.refreshToken;
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_request'));
    const error = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT', status: 400, error: 'invalid_request' });
    expect(error).not.toBeInstanceOf(InvalidRefreshTokenError);
    await scene.clock.advance(2000);
    expect(await flowOf().getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(presented()).toEqual([given, followed, followed]);
  });

  test.each(['rotate', 'none'] as const)('names a scope that is missing, of tokens that work: %s', async (rotation) => {
    scene.server.configure({ rotation });
    await flowOf({ scope: 'read' }).getAccessTokenRefreshIfNecessary();
    const wider = flowOf({ scope: 'read write' });
    const error = await wider.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SCOPE_MISSING', message: expect.stringContaining('write') });
    expect(error).not.toBeInstanceOf(InvalidRefreshTokenError);
    expect(presented()).toEqual([given]);
  });

  test('keeps what is stored while the client is refused, and goes on afterwards', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    const stored = (await scene.stored(flow))?.refreshToken;
    const another = flowOf({ refreshToken: await scene.refreshToken() });
    for (const [each, status] of [
      [flow, 401],
      [another, 401],
      [another, 400],
    ] as const) {
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('unauthorized_client', { status }));
      const error = await each.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'CLIENT_REJECTED', status });
      expect((await scene.stored(flow))?.refreshToken).toBe(stored);
    }
    await another.getAccessTokenRefreshIfNecessary();
    expect(presented().at(-1)).toBe(stored);
  });

  test('says that the given token is refused, and presents it only once', async () => {
    scene.server.revokeRefreshToken(given);
    const flow = flowOf();
    for (let call = 0; call < 3; call++) {
      const error = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'INVALID_REFRESH_TOKEN', remedy: expect.stringContaining('new one') });
    }
    expect(presented()).toEqual([given]);
  });

  test('says that the given token is suspect, and presents it once, however long it takes to fetch', async () => {
    const refreshToken = async (): Promise<string> => {
      await scene.clock.advance(5000);
      return given;
    };
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 9 }, faults.oauthError('access_denied'));
    const call = flowOf({ refreshToken }).getAccessTokenRefreshIfNecessary();
    await expect(call).rejects.toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT' });
    expect(presented()).toEqual([given]);
  });

  test('presents it once a pause while answers are lost, over all processes, and goes on afterwards', async () => {
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 2 }, faults.reset({ processed: false }));
    for (const presentations of [1, 1, 2]) {
      await expect(flowOf().getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ retryable: true });
      expect(presented()).toHaveLength(presentations);
      if (presentations === 1) await scene.clock.advance(500);
    }
    await scene.clock.advance(2000);
    expect(await flowOf().getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(presented()).toEqual([given, given, given]);
  });

  test('keeps it through an outage, and goes on afterwards', async () => {
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 3 }, faults.html(503));
    const flow = flowOf();
    for (let call = 0; call < 3; call++) {
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ retryable: true });
    }
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBeDefined();
  });

  test('is not redeemed while it cannot be saved, and is once it can', async () => {
    const storage = new MemoryTokenStorage();
    const save = storage.save.bind(storage);
    storage.save = async () => Promise.reject(new Error('No space is left.'));
    const flow = flowOf({ storage, lockTimeout: 2 });
    for (let call = 0; call < 2; call++) {
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(StorageUnavailableError);
    }
    expect(presented()).toEqual([]);
    storage.save = save;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBeDefined();
    expect(presented()).toEqual([given]);
  });

  test('is logged out by a logout: the given token ended with it', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    await flow.logout();
    expect(await scene.stored(flow)).toBeUndefined();
    await expect(flowOf().getAccessTokenRefreshIfNecessary()).rejects.toThrow(InvalidRefreshTokenError);
  });

  test('stores no copy of the given token once it is replaced, only its hash', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    const text = JSON.stringify(await scene.stored(flow));
    expect(text).not.toContain(given);
    expect(text).toMatch(/"bootstrap":"[0-9a-f]{64}"/);
  });

  test.each([{ refreshToken: '' }, { refreshToken: undefined as never }])('refuses %p at once', (options) => {
    expect(() => flowOf(options)).toThrow(TypeError);
    expect(() => flowOf().withAccount('bob')).toThrow(TypeError);
  });
});
