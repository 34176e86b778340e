import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenSet } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('a record that another program wrote, without its scopes', () => {
  test.each([
    ['that nobody answered', faults.reset(), { code: 'REFRESH_OUTCOME_UNKNOWN' }],
    ['that was refused in unknown words', faults.oauthError('its_own_word'), { code: 'REFRESH_TOKEN_SUSPECT' }],
  ])('is renewed after a renewal %s', async (_what, fault, told) => {
    const { key, refreshToken } = await scene.loggedIn({ scope: 'read' });
    const bare = TokenSet.from({ access_token: 'ended', refresh_token: refreshToken, expires_at: 1 });
    await scene.storage.save(key, bare, { expected: undefined });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
    const flow = scene.flow({ scope: 'read' });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject(told);
    await scene.clock.advance(60_000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });
});
