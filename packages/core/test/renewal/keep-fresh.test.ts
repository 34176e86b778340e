import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeptFresh, PasswordFlow, type PasswordFlowOptions } from '@latchkey/core';
import { faults, TestClock } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;
let clock: TestClock;
let kept: KeptFresh | undefined;

beforeEach(async () => {
  scene = await GrantScene.start();
  clock = new TestClock();
  scene.server.configure({ clock });
});
afterEach(() => {
  kept?.close();
  return scene[Symbol.asyncDispose]();
});

async function loggedIn(options: Partial<PasswordFlowOptions> = {}): Promise<PasswordFlow> {
  const flow = new PasswordFlow({ ...scene.options(), username: 'ada', password: 'pw', clock, ...options });
  await flow.getAccessTokenRefreshIfNecessary();
  scene.server.ledger.clear();
  return flow;
}

const renewals = (): number => scene.server.ledger.count({ grantType: 'refresh_token' });

/** Lets time pass in steps of a second, as a timer would see it, until `done`. */
async function until(done: () => boolean, seconds = 4000): Promise<void> {
  for (let second = 0; second < seconds && !done(); second++) {
    await clock.untilSleeping();
    await clock.advance(1000);
  }
  if (!done()) throw new Error('It did not happen.');
}

describe('keepFresh', () => {
  test('renews at four fifths of a token’s life, so that no call waits, again and again', async () => {
    const flow = await loggedIn();
    const issued = flow.tokens.issuedAt?.getTime() ?? 0;
    kept = flow.keepFresh();
    await until(() => renewals() === 1);
    expect((clock.now() - issued) / 1000).toBeGreaterThanOrEqual(2880);
    expect((clock.now() - issued) / 1000).toBeLessThan(2950);
    await until(() => renewals() === 2);
    scene.server.ledger.assertNoReuse();
  });

  test('begins with what is stored, where nothing is in memory', async () => {
    await loggedIn();
    const flow = new PasswordFlow({ ...scene.options(), username: 'ada', password: 'pw', clock });
    kept = flow.keepFresh();
    await until(() => renewals() === 1);
    scene.server.ledger.assertTokenRequests(1);
  });

  test('sleeps a minute at a time while the token is young', async () => {
    const flow = await loggedIn();
    kept = flow.keepFresh();
    await clock.untilSleeping();
    expect(clock.sleeping).toEqual([60_000]);
  });

  test('asks nothing of the server while the token is young', async () => {
    const flow = await loggedIn();
    kept = flow.keepFresh();
    await until(() => false, 600).catch(() => undefined);
    scene.server.ledger.assertTokenRequests(0);
  });

  test('goes on after failures, less often while they last, and events tell', async () => {
    const flow = await loggedIn();
    const failures: number[] = [];
    flow.events.on('renewalFailed', () => failures.push(clock.now()));
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 4 }, faults.html(503));
    await clock.advance(3_601_000);
    kept = flow.keepFresh();
    await until(() => failures.length === 4 && renewals() === 5);
    const pauses = failures.slice(1).map((at, index) => (at - (failures[index] ?? 0)) / 1000);
    pauses.forEach((pause, index) => {
      expect(pause).toBeGreaterThanOrEqual(2 ** index);
      expect(pause).toBeLessThanOrEqual(2 ** (index + 1) + 1);
    });
  });

  test('asks less often, every ten seconds at last, while it is refused and calls get the present token', async () => {
    const flow = await loggedIn();
    const failures: number[] = [];
    flow.events.on('renewalFailed', () => failures.push(clock.now() / 1000));
    const refusal = faults.oauthError('invalid_client', { status: 401 });
    scene.server.nextAnswers({ grantType: 'refresh_token', times: 99 }, refusal);
    kept = flow.keepFresh();
    await until(() => failures.length === 20);
    const pauses = failures.slice(1).map((at, index) => at - (failures[index] ?? 0));
    pauses.forEach((pause, index) => {
      const most = Math.min(2 ** (index + 1), 10);
      expect(pause).toBeGreaterThanOrEqual(most / 2);
      expect(pause).toBeLessThanOrEqual(most + 1);
    });
    expect(flow.ttl).toBeGreaterThan(0);
  });

  test('stops when it is closed', async () => {
    const flow = await loggedIn();
    kept = flow.keepFresh();
    await clock.untilSleeping();
    kept.close();
    await clock.advance(4_000_000);
    expect(clock.sleeping).toEqual([]);
    scene.server.ledger.assertTokenRequests(0);
  });

  test('that is closed twice leaves another one of the same token as it is', async () => {
    const flow = await loggedIn();
    kept = flow.keepFresh();
    const other = flow.keepFresh();
    other.close();
    other.close();
    await clock.untilSleeping();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
    await flow.refresh().catch(() => undefined);
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    await clock.advance(2000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken); // it is kept fresh: nobody waits for that
    gate.release();
  });

  test('does not renew in a circle a token that lives shorter than the threshold', async () => {
    scene.server.configure({ expiresIn: 100 });
    const flow = await loggedIn({ autoRefreshThreshold: 3600 });
    const began = clock.now();
    kept = flow.keepFresh();
    await until(() => renewals() === 3);
    expect(clock.now() - began).toBeGreaterThan(140_000);
    expect(clock.now() - began).toBeLessThan(165_000);
  });

  test('keeps no process alive', async () => {
    const program = `
      import { ApiKeyFlow } from '@latchkey/core';
      const flow = new ApiKeyFlow({ apiKey: 'key' });
      flow.keepFresh();
      console.log(await flow.getAccessTokenRefreshIfNecessary());`;
    const node = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      timeout: 20_000,
    });
    expect((await node).stdout.trim()).toBe('key');
  });
});
