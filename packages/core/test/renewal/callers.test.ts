import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthorizeContext,
  LockTimeoutError,
  StoredAuthFlow,
  type StoredAuthFlowOptions,
  TokenEndpointUnavailableError,
  TokenSet,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('callers', () => {
  test('at one time read storage twice between them, before the lock and under it', async () => {
    await scene.loggedIn();
    await scene.expire();
    let reads = 0;
    const flow = scene.flow({
      storage: scene.storageWith({
        load: (key) => {
          reads++;
          return scene.storage.load(key);
        },
      }),
    });
    await Promise.all(Array.from({ length: 20 }, () => flow.getAccessTokenRefreshIfNecessary()));
    expect([reads, scene.renewals]).toEqual([2, 1]);
  });

  test('are not given the token that an API refused because of an outage', async () => {
    const flow = await scene.loggedIn();
    const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(503));
    const failure = flow.getAccessTokenRefreshIfNecessary({ rejectedToken });
    await expect(failure).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
  });

  test('are given the token that an API refused when the server itself gives it again, after one request', async () => {
    const flow = await scene.loggedIn();
    const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
    const givingAgain = faults.changeFields((all) => ({ ...all, access_token: rejectedToken }));
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 2 }, givingAgain);
    await scene.clock.advance(1000);
    expect(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken })).toBe(rejectedToken);
    expect(scene.renewals).toBe(1);
  });

  test('who were refused a token are not given it by a renewal that was asked for before', async () => {
    const flow = await scene.loggedIn();
    const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
    let later: Promise<string> | undefined;
    const whileAnswering = faults.changeFields((all) => {
      scene.clock.set(scene.clock.now() + 1000);
      later = flow.getAccessTokenRefreshIfNecessary({ rejectedToken });
      return { ...all, access_token: rejectedToken };
    });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, whileAnswering);
    expect((await flow.refresh()).accessToken).toBe(rejectedToken);
    expect(await later).toMatch(/^at_/);
    expect(await later).not.toBe(rejectedToken);
    expect(scene.renewals).toBe(2);
  });

  test('who joined a renewal whose lock stays taken are told so, and do not wait once more each', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    let turns = 0;
    const storage = scene.storageWith({
      withLock: () => {
        turns++;
        return Promise.reject(new LockTimeoutError());
      },
    });
    const other = scene.flow({ storage, key: flow.key });
    const calls = Array.from({ length: 5 }, () => other.getAccessTokenRefreshIfNecessary({}));
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'LOCK_TIMEOUT' } });
    }
    expect(turns).toBe(2); // without a wait, and with one
  });

  test('are given no token in the millisecond in which it ends, even with a threshold of 0', async () => {
    const flow = await scene.loggedIn({ autoRefreshThreshold: 0 });
    const first = await flow.getAccessTokenRefreshIfNecessary();
    const end = flow.expiresAt?.getTime() ?? NaN;
    scene.clock.set(end - 1);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    scene.clock.set(end);
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(first);
  });
});

describe('a flow that needs no person', () => {
  class Machine extends StoredAuthFlow {
    constructor(options: StoredAuthFlowOptions) {
      super(options);
    }
    protected override get interactive(): boolean {
      return false;
    }
    protected override authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
      return this.requestTokens('client_credentials', {}, { signal });
    }
  }

  test('asks anew when the server refuses its refresh token, and presents that once', async () => {
    const { storage, server, clock } = scene;
    const options = { issuer: server.issuer, clientId: 'machine', clientSecret: 'machine-secret', storage, clock };
    const flow = new Machine({ ...options, key: 'machine' });
    const ended = TokenSet.from({ access_token: 'old', refresh_token: 'dead', expires_at: clock.now() / 1000 - 1 });
    await storage.save('machine', ended, { expected: undefined });
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect((await storage.load('machine'))?.accessToken).toBe(token);
    expect(server.ledger.tokenRequests.map(({ grantType }) => grantType)).toEqual([
      'refresh_token',
      'client_credentials',
    ]);
  });
});
