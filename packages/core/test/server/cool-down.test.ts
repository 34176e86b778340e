import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  ClientRejectedError,
  DeviceCodeFlow,
  type DeviceCodePrompt,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const requests = (): number => scene.server.ledger.tokenRequests.length;

function machine(options: Partial<ClientCredentialsFlowOptions> = {}): ClientCredentialsFlow {
  return new ClientCredentialsFlow({ ...scene.options(), clientSecret: 'machine-secret', ...options });
}

function failing(times: number, fault: Fault = faults.html(503)): void {
  scene.server.nextAnswers({ endpoint: 'token', times }, fault);
}

/** Calls so many times, one after another, and returns what each came to. */
async function call(flow: ClientCredentialsFlow, times: number): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let done = 0; done < times; done++) {
    results.push(await flow.getAccessTokenRefreshIfNecessary().catch((error: unknown) => error));
  }
  return results;
}

describe('a server that fails', () => {
  test('is asked five times in a row, and then left alone', async () => {
    failing(99);
    const results = await call(machine(), 50);
    expect(requests()).toBe(5);
    expect(results.every((error) => error instanceof TokenEndpointUnavailableError)).toBe(true);
    expect(results.at(-1)).toMatchObject({
      retryable: true,
      mayHaveArrived: false,
      cause: { status: 503 },
      message: expect.stringContaining('failed 5 times in a row') as unknown,
    });
    expect((results.at(-1) as TokenEndpointUnavailableError).retryAfter).toBeUndefined();
  });

  test('that says how long to wait is quoted with its own number, also while it is spared', async () => {
    scene.server.nextAnswers({ endpoint: 'token', times: 99 }, faults.retryAfter(300));
    const results = await call(machine(), 5);
    expect(requests()).toBe(2);
    expect(results.map((error) => (error as TokenEndpointUnavailableError).retryAfter)).toEqual(Array(5).fill(300));
    expect((results[4] as Error).message).toContain('it is asked again in 60 s');
  });

  test('is asked again after a second at most, then after pauses that double, up to a minute', async () => {
    failing(99);
    const flow = machine();
    await call(flow, 6);
    const pauses: number[] = [];
    for (let failure = 6; failure <= 14; failure++) {
      const before = requests();
      let waited = 0;
      for (; requests() === before; waited += 250) {
        await scene.clock.advance(250);
        await call(flow, 1);
      }
      pauses.push(waited / 1000);
    }
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(2 ** index, 60);
      expect(pause).toBeLessThanOrEqual(longest + 0.25);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
    }
  });

  test('is asked by one request a second once the pause is over, however many accounts want tokens', async () => {
    failing(99);
    const flow = machine();
    await call(flow, 6);
    await scene.clock.advance(1000);
    const before = requests();
    const accounts = Array.from({ length: 20 }, (_, index) => flow.withAccount(`tenant ${index}`));
    await Promise.allSettled(accounts.map((account) => account.getAccessTokenRefreshIfNecessary()));
    expect(requests() - before).toBe(1);
  });

  test('counts once for all the requests that met one outage', async () => {
    failing(20);
    const flow = machine();
    const accounts = Array.from({ length: 20 }, (_, index) => flow.withAccount(`tenant ${index}`));
    await Promise.allSettled(accounts.map((account) => account.getAccessTokenRefreshIfNecessary()));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });

  test.each([
    ['success', undefined],
    ['refusal', faults.oauthError('invalid_scope')],
  ])('starts anew after a %s', async (_answer, answer) => {
    const flow = machine();
    failing(4);
    await call(flow, 4);
    if (answer) scene.server.nextAnswers({ endpoint: 'token' }, answer);
    await call(flow, 1);
    await scene.expire();
    scene.server.ledger.clear();
    failing(4);
    const results = await call(flow, 5);
    expect(requests()).toBe(5);
    expect(results[4]).toMatch(/^at_/);
  });

  test('that says how long to wait is left alone for so long after its second word', async () => {
    failing(99, faults.retryAfter(20));
    const flow = machine();
    const results = await call(flow, 10);
    expect(requests()).toBe(2);
    expect(results.at(-1)).toMatchObject({ retryAfter: 20 });
    await scene.clock.advance(19_000);
    await call(flow, 1);
    expect(requests()).toBe(2);
    await scene.clock.advance(1000);
    await call(flow, 1);
    expect(requests()).toBe(3);
  });

  test('is waited for a minute at most, whatever it says, and however the clock is set', async () => {
    failing(2, faults.retryAfter(86_400));
    const flow = machine();
    await call(flow, 3);
    expect(requests()).toBe(2);
    scene.clock.set(scene.clock.now() - 3_600_000);
    expect((await call(flow, 1))[0]).toMatch(/^at_/);
    await scene.expire();
    failing(2, faults.retryAfter(86_400));
    await call(flow, 3);
    await scene.clock.advance(60_000);
    expect((await call(flow, 1))[0]).toMatch(/^at_/);
  });

  test('keeps nobody from a token that is still valid, or that another process has saved', async () => {
    const flow = machine({ autoRefreshThreshold: 1800 });
    const other = machine();
    const [first] = await call(flow, 1);
    await scene.clock.advance(2_000_000);
    failing(5);
    expect(await call(flow, 8)).toEqual(Array.from({ length: 8 }, () => first));
    await scene.clock.advance(2_000_000);
    failing(1);
    await call(flow, 3);
    const [renewed] = await call(other, 1);
    expect(await call(flow, 1)).toEqual([renewed]);
  });

  test('is told apart by its own error: a certificate that is not trusted stays one', async () => {
    const untrusted = Object.assign(new Error('no'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    const flow = machine({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause: untrusted })) });
    const errors = await call(flow, 7);
    expect(errors[6]).toMatchObject({ code: 'CERTIFICATE_NOT_TRUSTED', cause: errors[4] });
  });

  test('does not hold up a person who logs in', async () => {
    const promptUser = ({ userCode }: DeviceCodePrompt): void => scene.server.approve(userCode);
    const flow = new DeviceCodeFlow({ ...scene.options(), scope: 'offline_access', promptUser });
    await flow.doFlow();
    await scene.expire();
    failing(5);
    for (let done = 0; done < 5; done++) await flow.getAccessTokenRefreshIfNecessary().catch(() => undefined);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ mayHaveArrived: false });
    expect((await flow.doFlow()).accessToken).toMatch(/^at_/);
  });

  test('has failed no longer once a person has logged in', async () => {
    const promptUser = ({ userCode }: DeviceCodePrompt): void => scene.server.approve(userCode);
    const flow = new DeviceCodeFlow({ ...scene.options(), scope: 'offline_access', promptUser });
    await flow.doFlow();
    await scene.expire();
    failing(5);
    for (let done = 0; done < 5; done++) await flow.getAccessTokenRefreshIfNecessary().catch(() => undefined);
    await flow.doFlow();
    await scene.expire();
    failing(1);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ status: 503 });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });

  test('is no server that refuses', async () => {
    scene.server.nextAnswers({ endpoint: 'token', times: 9 }, faults.oauthError('invalid_client', { status: 401 }));
    const results = await call(machine(), 9);
    expect(results.every((error) => error instanceof ClientRejectedError)).toBe(true);
    expect(requests()).toBe(9);
  });
});
