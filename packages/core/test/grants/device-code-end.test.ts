import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeExpiredError } from '@latchkey/core';
import { type Fault, faults, TestClock } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ deviceLogins: 'pending', deviceInterval: 7, deviceCodeLifetime: 195 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Logs in; returns how it ended, when, and when it polled: seconds since the prompt. */
async function logIn(): Promise<{ ending: unknown; after: number; polls: number[] }> {
  let shown = NaN;
  const since = (at: number): number => (at - shown) / 1000;
  const flow = scene.flow({ promptUser: () => void (shown = scene.clock.now()) });
  const ending: unknown = await flow.doFlow().catch((reason: unknown) => reason);
  const polls = scene.server.ledger.filter({ grantType }).map(({ at }) => since(at));
  return { ending, after: since(scene.clock.now()), polls };
}

/** Answers polls by faults; the person approves before the poll of this number. */
function failing(fault: Fault, { approvedBefore = Infinity } = {}): void {
  const before: Fault['before'] = (exchange) => {
    if (scene.server.ledger.count({ grantType }) < approvedBefore) return fault.before?.(exchange);
    scene.server.approve();
    return undefined;
  };
  scene.server.nextAnswers({ grantType, times: Infinity }, { name: fault.name, before });
}

describe('a device login that nobody approves', () => {
  test('ends when its code does, and polls no sooner before', async () => {
    scene.server.nextAnswers({ grantType }, faults.html(503));
    const { ending, after, polls } = await logIn();
    expect(ending).toBeInstanceOf(DeviceCodeExpiredError);
    expect((ending as Error).cause).toBeUndefined(); // the server was there again
    expect(after).toBe(195);
    expect(polls).toEqual([7, ...Array.from({ length: 25 }, (_, index) => 21 + 7 * index)]);
  });

  test('is not asked for where the code ends first', async () => {
    scene.server.configure({ deviceCodeLifetime: 1 });
    expect(await logIn()).toMatchObject({ ending: { code: 'DEVICE_CODE_EXPIRED' }, after: 1, polls: [] });
  });

  test.each([
    ['back', -3_600_000, 27],
    ['forward, by which a minute may have passed', 3_600_000, 19],
  ])('ends neither later nor at once where its clock is set %s', async (_where, step, polls) => {
    const clock = new TestClock({ autoAdvance: true });
    let polled = 0;
    scene.server.nextAnswers({ grantType, times: Infinity }, () => {
      if (++polled === 1) clock.set(clock.now() + step);
      return faults.oauthError('authorization_pending');
    });
    const login = scene.flow({ clock, promptUser: () => undefined }).doFlow();
    await expect(login).rejects.toBeInstanceOf(DeviceCodeExpiredError);
    expect(polled).toBe(polls);
  });

  test.each([1, 60])('keeps no timer when it is aborted, of a code that lives for %d s', async (deviceCodeLifetime) => {
    scene.server.configure({ deviceCodeLifetime });
    const clock = new TestClock();
    const leaving = new AbortController();
    const login = scene.flow({ clock, promptUser: () => undefined }).doFlow({ signal: leaving.signal });
    await clock.untilSleeping();
    leaving.abort(new Error('left'));
    await expect(login).rejects.toThrow('left');
    expect(clock.sleeping).toEqual([]);
  });
});

describe('a device login in an outage', () => {
  test('waits for a minute at most, and asks once more a second before the code ends', async () => {
    scene.server.configure({ deviceInterval: 5 });
    failing(faults.html(503), { approvedBefore: 6 });
    const { ending, polls } = await logIn();
    expect(ending).toMatchObject({ accessToken: expect.any(String) });
    expect(polls).toEqual([5, 15, 35, 75, 135, 194]);
  });

  test('waits no less than the server’s own interval', async () => {
    scene.server.configure({ deviceInterval: 70 });
    failing(faults.html(503), { approvedBefore: 2 });
    expect((await logIn()).polls).toEqual([70, 140]);
  });

  test('that outlasts the code says so', async () => {
    failing(faults.html(503));
    const { ending, after } = await logIn();
    expect(ending).toBeInstanceOf(DeviceCodeExpiredError);
    expect((ending as Error).cause).toMatchObject({ name: 'TokenEndpointUnavailableError' });
    expect(after).toBe(195);
  });

  test('does not ask before the server allows it, be it too late then', async () => {
    failing(faults.retryAfter(300, { status: 503 }));
    expect(await logIn()).toMatchObject({ ending: { code: 'DEVICE_CODE_EXPIRED' }, after: 195, polls: [7] });
  });
});
