import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  DeviceCodeExpiredError,
  type DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  PasswordFlow,
  systemClock,
} from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { getEventListeners } from 'node:events';
import { longestTimer } from '../../dist/platform/clock.js';
import { DeviceScene } from '../scenes/device-scene.js';
import { GrantScene } from '../scenes/grant-scene.js';

const minutes = 60_000;
const hours = 60 * minutes;
let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A machine with a clock of its own, which shares the storage; the server keeps the scene's clock. */
function machine(
  ahead: number,
  options: Partial<DeviceCodeFlowOptions> = {},
): { clock: TestClock; flow: DeviceCodeFlow } {
  const clock = new TestClock({ start: scene.clock.now() + ahead, autoAdvance: true });
  return { clock, flow: scene.flow({ clock, ...options }) };
}

/** An API that takes what the server still takes. */
async function isTaken(token: string): Promise<boolean> {
  const { status } = await fetch(scene.server.api, { headers: { authorization: `Bearer ${token}` } });
  return status === 200;
}

describe('a wall clock that is set back', () => {
  test('does not bring generations back: others notice the renewal, and nothing is renewed twice', async () => {
    const flow = await scene.loggedIn();
    const other = scene.flow();
    const first = await other.getAccessTokenRefreshIfNecessary();
    const before = (await scene.stored(flow))?.generation ?? 0;
    scene.clock.set(scene.clock.now() - 24 * hours);
    const second = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: first });
    const after = (await scene.stored(flow))?.generation ?? 0;
    expect(after).toBeGreaterThan(before);
    expect(after).toBeGreaterThan(scene.clock.now());
    expect(await other.getAccessTokenRefreshIfNecessary({ rejectedToken: first })).toBe(second);
    expect(await other.getAccessTokenRefreshIfNecessary({ rejectedToken: second })).not.toBe(second);
    expect(scene.renewals).toBe(2);
    scene.server.ledger.assertNoReuse();
  });

  test('keeps a token in use beyond its end, until an API refuses it', async () => {
    const { clock, flow } = machine(0);
    await flow.doFlow();
    scene.server.ledger.clear();
    clock.set(clock.now() - 10 * hours);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(2 * hours);
    await clock.advance(2 * hours);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect(await isTaken(token)).toBe(false);
    const renewed = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token });
    expect(await isTaken(renewed)).toBe(true);
    expect(scene.renewals).toBe(1);
  });
});

test('a wall clock that is set forward renews once; set right again, nothing until an API refuses', async () => {
  const { clock, flow } = machine(0);
  await flow.doFlow();
  scene.server.ledger.clear();
  const right = clock.now();
  clock.set(right + 10 * hours);
  const token = await flow.getAccessTokenRefreshIfNecessary();
  for (let call = 0; call < 5; call++) expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
  clock.set(right);
  for (let call = 0; call < 5; call++) expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
  expect(scene.renewals).toBe(1);
  await scene.clock.advance(2 * hours);
  expect(await isTaken(token)).toBe(false);
  expect(await isTaken(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token }))).toBe(true);
  expect(scene.renewals).toBe(2);
});

/** Time passes for the world and the wall clock, but not for the machine's timers. */
function sleepFor(milliseconds: number, ...clocks: readonly TestClock[]): void {
  for (const clock of clocks) clock.set(clock.now() + milliseconds);
}

describe('a machine that was asleep for hours', () => {
  test.each([
    [5 * hours, DeviceCodeExpiredError],
    [2 * minutes, undefined],
  ])('while a login polled (%i ms) polls once more, and ends as the code did', async (asleep, error) => {
    const clock = new TestClock({ start: scene.clock.now() });
    const flow = scene.flow({ clock, promptUser: () => undefined });
    scene.server.configure({ clock, deviceCodeLifetime: 600 });
    const login = flow.doFlow().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await clock.untilSleeping();
    sleepFor(asleep, clock);
    scene.server.approve();
    await clock.advance(5000);
    if (error) expect(await login).toBeInstanceOf(error);
    else expect(await login).toBeUndefined();
    expect(scene.server.ledger.tokenRequests).toHaveLength(1);
  });

  test('while a renewal was under way renews once more, since what came is over, and those in line with it', async () => {
    const flow = await scene.loggedIn();
    const other = scene.flow();
    await scene.expire();
    const held = scene.server.hold({ grantType: 'refresh_token' });
    const calls = [flow.getAccessTokenRefreshIfNecessary(), flow.getAccessTokenRefreshIfNecessary()];
    await held.arrived;
    calls.push(other.getAccessTokenRefreshIfNecessary());
    // The server has answered before the machine fell asleep.
    scene.server.configure({ clock: new TestClock({ start: scene.clock.now() }) });
    held.release();
    sleepFor(5 * hours, scene.clock);
    const tokens = await Promise.all(calls);
    scene.server.configure({ clock: scene.clock });
    expect(new Set(tokens).size).toBe(1);
    expect(flow.ttl).toBeGreaterThan(0);
    expect(scene.renewals).toBe(2);
    scene.server.ledger.assertNoReuse();
  });

  test('wakes a keepFresh that renews once', async () => {
    await using grants = await GrantScene.start();
    const clock = new TestClock({ start: grants.clock.now() });
    grants.server.configure({ clock });
    const flow = new PasswordFlow({ ...grants.options(), username: 'ada', password: 'pw', clock });
    await flow.getAccessTokenRefreshIfNecessary();
    grants.server.ledger.clear();
    const renewed = new Promise((resolve) => flow.events.on('renewed', resolve));
    const kept = flow.keepFresh();
    await clock.untilSleeping();
    sleepFor(8 * hours, clock);
    await clock.advance(minutes);
    await renewed;
    await clock.untilSleeping();
    await clock.advance(minutes);
    kept.close();
    grants.server.ledger.assertTokenRequests(1);
    expect(flow.ttl).toBeGreaterThan(3000);
  });
});

describe('two machines whose clocks are ten minutes apart', () => {
  test.each([3600, 300])('share tokens of %i s, with no more than a renewal each for a life', async (expiresIn) => {
    scene.server.configure({ expiresIn });
    const early = machine(0);
    const late = machine(10 * minutes);
    await early.flow.doFlow();
    scene.server.ledger.clear();
    const [span, step] = [3 * expiresIn, expiresIn / 10];
    for (let second = 0; second < span; second += step) {
      for (const clock of [scene.clock, early.clock, late.clock]) await clock.advance(step * 1000);
      for (const { flow } of [early, late]) {
        const token = await flow.getAccessTokenRefreshIfNecessary();
        const taken = (await isTaken(token))
          ? token
          : await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token });
        expect(await isTaken(taken)).toBe(true);
      }
    }
    expect(scene.renewals).toBeLessThanOrEqual(2 * 4);
    scene.server.ledger.assertNoReuse();
    expect((await early.flow.reload())?.refreshToken).toBe((await late.flow.reload())?.refreshToken);
    await early.flow.refresh();
  });

  test('do not renew by turns when both call at once', async () => {
    scene.server.configure({ expiresIn: 300 });
    const early = machine(0);
    const late = machine(10 * minutes);
    await early.flow.doFlow();
    scene.server.ledger.clear();
    for (let round = 0; round < 20; round++) {
      await Promise.all([early, late, early, late].map(({ flow }) => flow.getAccessTokenRefreshIfNecessary()));
    }
    expect(scene.renewals).toBe(1); // the late one found an ended token, and what it then stored lasts for both
  });
});

describe('the machine’s clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('goes with the fake timers of a test runner: a token ends when they have passed its end', async () => {
    let requests = 0;
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: 'https://as.example/token' },
      clientId: 'me',
      clientSecret: 'a secret',
      fetch: async () => Response.json({ access_token: `token ${++requests}`, token_type: 'Bearer', expires_in: 3600 }),
    });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('token 1');
    jest.advanceTimersByTime(3_500_000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('token 1');
    jest.advanceTimersByTime(100_000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('token 2');
  });

  test('can wait longer than a timer can', async () => {
    let isOver = false;
    const waiting = systemClock.sleep(longestTimer + 2).then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(longestTimer + 1);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await waiting).toBe(true);
  });

  test.each([[undefined, true] as const, [{}, true] as const, [{ idle: true }, false] as const])(
    'keeps the process while it waits, unless the wait is idle (%j)',
    (options, isKept) => {
      const set = jest.spyOn(globalThis, 'setTimeout');
      void systemClock.sleep(60_000, undefined, options);
      expect(set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([isKept]);
      set.mockRestore();
    },
  );

  test('ends a wait with its signal, and leaves no timer, which would keep the process', async () => {
    const controller = new AbortController();
    const waiting = systemClock.sleep(60_000, controller.signal);
    expect(jest.getTimerCount()).toBe(1);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('enough');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('leaves nothing at a signal that outlives its waits', async () => {
    const { signal } = new AbortController();
    const waits = [systemClock.sleep(1, signal), systemClock.sleep(2, signal, { idle: true })];
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2);
    await Promise.all(waits);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
