import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeviceCodeFlow, TokenStorage } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** The storage, and the names of what is called in it. */
function watched(): { storage: TokenStorage; calls: string[] } {
  const calls: string[] = [];
  const storage = scene.storageWith({
    load: (key) => (calls.push('load'), scene.storage.load(key)),
    save: (key, tokens, context) => (calls.push('save'), scene.storage.save(key, tokens, context)),
    delete: (key, context) => (calls.push('delete'), scene.storage.delete(key, context)),
    withLock: (key, task, options) => (calls.push('withLock'), scene.storage.withLock(key, task, options)),
  });
  return { storage, calls };
}

describe('a signal that is aborted already', () => {
  test.each<[string, (flow: DeviceCodeFlow, signal: AbortSignal) => Promise<unknown>]>([
    ['getAccessTokenRefreshIfNecessary', (flow, signal) => flow.getAccessTokenRefreshIfNecessary({ signal })],
    ['a login', (flow, signal) => flow.doFlow({ signal })],
    ['refresh', (flow, signal) => flow.refresh({ signal })],
    ['importTokens', (flow, signal) => flow.importTokens({ access_token: 'mine' }, { signal })],
    ['logout', (flow, signal) => flow.logout({ signal })],
    ['fetchUserInfo', (flow, signal) => flow.fetchUserInfo({ signal })],
    ['introspect', (flow, signal) => flow.introspect('access_token', { signal })],
    ['requestDeviceCode', (flow, signal) => flow.requestDeviceCode({ signal })],
  ])('lets %s do nothing at all', async (_name, call) => {
    const { storage, calls } = watched();
    const flow = await scene.loggedIn({ storage });
    const stored = await scene.stored(flow);
    await scene.expire();
    calls.length = 0;
    const done = call(flow, AbortSignal.abort(new Error('no longer needed')));
    await expect(done).rejects.toThrow('no longer needed');
    await scene.clock.advance(60_000);
    expect([calls, scene.server.ledger.count()]).toEqual([[], 0]);
    expect(await scene.stored(flow)).toBe(stored);
  });
});

describe('a caller', () => {
  test.each<[string, (flow: DeviceCodeFlow, signal: AbortSignal) => Promise<unknown>]>([
    ['fetchUserInfo', (flow, signal) => flow.fetchUserInfo({ signal })],
    ['introspect', (flow, signal) => flow.introspect('access_token', { signal })],
    ['requestDeviceCode', (flow, signal) => flow.requestDeviceCode({ signal })],
  ])('leaves %s at once while the server’s metadata are waited for', async (_name, call) => {
    const { server } = scene;
    const left = new AbortController();
    const leaving: typeof fetch = (url, init) => {
      const answer = fetch(url, init);
      left.abort(new Error('no longer needed'));
      return answer;
    };
    const flow = scene.flow({ server: undefined, issuer: server.issuer, timeout: 2, fetch: leaving });
    await flow.importTokens({ access_token: 'mine' });
    server.nextAnswers({ endpoint: 'discovery' }, faults.hang());
    await expect(call(flow, left.signal)).rejects.toThrow('no longer needed');
  });
});
