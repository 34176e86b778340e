import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  type Clock,
  type HeldLock,
  JwtBearerFlow,
  LockLostError,
  type LockOptions,
  PasswordFlow,
  RefreshOutcomeUnknownError,
  RefreshTokenFlow,
  type RetryOptions,
  TokenEndpointUnavailableError,
  TokenRequestError,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const requests = (): number => scene.server.ledger.tokenRequests.length;

function machine(retry: RetryOptions | undefined, options: Partial<ClientCredentialsFlowOptions> = {}) {
  return new ClientCredentialsFlow({ ...scene.options(), clientSecret: 'machine-secret', retry, ...options });
}

async function user(retry: RetryOptions): Promise<RefreshTokenFlow> {
  const flow = new RefreshTokenFlow({ ...scene.options(), refreshToken: await scene.refreshToken(), retry });
  await flow.getAccessTokenRefreshIfNecessary();
  await scene.expire();
  scene.server.ledger.clear();
  return flow;
}

/** Lets the connection be refused so many times, as while a server restarts. */
function refusing(times: number): typeof fetch {
  let left = times;
  return (input, init) => {
    if (typeof input === 'string' && input.endsWith('/token') && left-- > 0) {
      return Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
      );
    }
    return fetch(input, init);
  };
}

describe('the option retry', () => {
  test('is none by default: the first failure is told', async () => {
    scene.server.nextAnswers({ endpoint: 'token' }, faults.html(503));
    await expect(machine(undefined).getAccessTokenRefreshIfNecessary()).rejects.toThrow(TokenEndpointUnavailableError);
    expect(requests()).toBe(1);
  });

  test.each([
    ['503', faults.html(503)],
    ['429', faults.empty(429)],
    ['500', faults.empty(500)],
    ['504', faults.html(504)],
    ['no answer', faults.reset({ processed: true })],
  ])('asks a second and a third time for something new after %s, after pauses', async (_what, fault) => {
    scene.server.nextAnswers({ endpoint: 'token', times: 2 }, fault);
    const began = scene.clock.now();
    expect(await machine({}).getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(requests()).toBe(3);
    expect(scene.clock.now() - began).toBeGreaterThan(0);
    expect(scene.clock.now() - began).toBeLessThanOrEqual(1500);
  });

  test('pauses for up to 0.5, 1, 2, 4 and then 5 s', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(1);
    try {
      scene.server.nextAnswers({ endpoint: 'token', times: 6 }, faults.html(503));
      const began = scene.clock.now();
      await machine({ attempts: 7, deadline: 60 }).getAccessTokenRefreshIfNecessary();
      expect(scene.clock.now() - began).toBe(500 + 1000 + 2000 + 4000 + 5000 + 5000);
    } finally {
      random.mockRestore();
    }
  });

  test('ends after as many attempts as it says, with the last failure', async () => {
    scene.server.nextAnswers({ endpoint: 'token', times: 9 }, faults.html(503));
    await expect(machine({ attempts: 4 }).getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ status: 503 });
    expect(requests()).toBe(4);
  });

  test('waits as long as the server asks, but not beyond the deadline', async () => {
    scene.server.nextAnswers({ endpoint: 'token' }, faults.retryAfter(7));
    const began = scene.clock.now();
    await machine({}).getAccessTokenRefreshIfNecessary();
    expect(scene.clock.now() - began).toBeGreaterThanOrEqual(7000);
    scene.server.nextAnswers({ endpoint: 'token' }, faults.retryAfter(7));
    await expect(
      machine({ deadline: 5 }, { account: 'other' }).getAccessTokenRefreshIfNecessary(),
    ).rejects.toMatchObject({ retryAfter: 7 });
    expect(requests()).toBe(3);
  });

  test('ends a pause when the lock is lost, under which the request was made', async () => {
    const lost = new AbortController();
    const storage = {
      ...scene.options().storage,
      withLock: <T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> =>
        lost.signal.aborted ? scene.storage.withLock(key, task, options) : task({ signal: lost.signal }),
    };
    const clock: Clock = {
      now: () => scene.clock.now(),
      sleep: (milliseconds, signal) => {
        lost.abort(new LockLostError());
        return scene.clock.sleep(milliseconds, signal);
      },
    };
    scene.server.nextAnswers({ endpoint: 'token' }, faults.retryAfter(7));
    const began = scene.clock.now();
    expect(await machine({}, { storage, clock }).getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(requests()).toBe(2);
    expect(scene.clock.now()).toBe(began);
  });

  test.each([
    ['503', faults.html(503)],
    ['429', faults.retryAfter(1)],
  ])('presents a refresh token again after %s, which says that the server did nothing', async (_what, fault) => {
    const flow = await user({});
    scene.server.nextAnswers({ endpoint: 'token' }, fault);
    await flow.getAccessTokenRefreshIfNecessary();
    expect(requests()).toBe(2);
    scene.server.ledger.assertNoReuse();
  });

  test.each([
    ['500', faults.empty(500), TokenEndpointUnavailableError],
    ['504', faults.html(504), TokenEndpointUnavailableError],
    ['a lost answer', faults.reset({ processed: true }), RefreshOutcomeUnknownError],
    ['another error', faults.oauthError('invalid_scope'), TokenRequestError],
  ])('does not present it again after %s, since it may be spent', async (_what, fault, ErrorClass) => {
    const flow = await user({});
    scene.server.nextAnswers({ endpoint: 'token' }, fault);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(ErrorClass);
    expect(requests()).toBe(1);
  });

  test('tries every grant again that was never sent', async () => {
    const password = new PasswordFlow({
      ...scene.options(),
      username: 'ada',
      password: 'pw',
      retry: {},
      fetch: refusing(2),
    });
    expect(await password.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(requests()).toBe(1);
  });

  test('does not send a password again that may have arrived', async () => {
    const flow = new PasswordFlow({ ...scene.options(), username: 'ada', password: 'pw', retry: {} });
    scene.server.nextAnswers({ endpoint: 'token' }, faults.empty(500));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ status: 500 });
    expect(requests()).toBe(1);
  });

  const assertion = 'e30.eyJzdWIiOiJhZGEifQ.c2ln';
  test.each([
    ['a lost answer', faults.reset({ processed: true })],
    ['502', faults.html(502)],
    ['504', faults.html(504)],
  ])('does not send an assertion again after %s, since it may be good once', async (_what, fault) => {
    const flow = new JwtBearerFlow({ ...scene.options(), assertion, retry: {} });
    scene.server.nextAnswers({ endpoint: 'token' }, fault);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(TokenEndpointUnavailableError);
    expect(requests()).toBe(1);
  });

  test('sends an assertion again that was never sent, or that the server did not look at', async () => {
    const flow = new JwtBearerFlow({ ...scene.options(), assertion, retry: {}, fetch: refusing(1) });
    scene.server.nextAnswers({ endpoint: 'token' }, faults.html(503));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(requests()).toBe(2);
  });

  test.each([{ attempts: 0 }, { attempts: 1.5 }, { deadline: -1 }, { deadline: NaN }])('of %p is refused', (retry) => {
    expect(() => machine(retry)).toThrow(TypeError);
  });
});
