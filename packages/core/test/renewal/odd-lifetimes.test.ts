import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, PasswordFlow } from '@latchkey/core';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const flows = {
  'a client credentials flow': () => new ClientCredentialsFlow({ ...scene.options(), clientSecret: 'machine-secret' }),
  'a flow with a refresh token': () => new PasswordFlow({ ...scene.options(), username: 'ada', password: 'pw' }),
};

describe.each(Object.entries(flows))('%s', (_name, flowOf) => {
  test('whose tokens live a second gives every caller one that the server takes, by few requests', async () => {
    scene.server.configure({ expiresIn: 1 });
    const flow = flowOf();
    for (let tenth = 0; tenth < 50; tenth++) {
      const tokens = await Promise.all([1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary()));
      expect(new Set(tokens).size).toBe(1);
      expect(flow.ttl).toBeGreaterThan(0);
      await scene.clock.advance(100);
    }
    // Five seconds: one at the start and, since whole seconds count, one for each second begun.
    expect(scene.server.ledger.tokenRequests.length).toBeLessThanOrEqual(7);
    scene.server.ledger.assertNoReuse();
  });

  // A server may mean "for ever" by a life of nothing. A pause is as good as a renewal, which brings no more.
  test.each([
    [0, 1],
    [-1, 1],
    [-1e300, 1],
    [0.5, 1],
    ['0', 1],
    [1e300, 0],
    [8.64e15, 0],
    ['1e300', 0],
    [1.5, 13],
    ['3600', 0],
    [null, 0],
    ['soon', 0],
    ['', 0],
    [true, 0],
    [{}, 0],
    [undefined, 0],
  ])('is given a token for expires_in %j, and asks again %i times in 10 s', async (expiresIn, again) => {
    scene.server.configure({ expiresIn });
    const flow = flowOf();
    for (let call = 0; call < 40; call++) {
      expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
      await scene.clock.advance(1000);
    }
    expect(scene.server.ledger.tokenRequests).toHaveLength(1 + 3 * again);
    expect(flow.expiresAt?.toISOString() ?? 'unknown').toMatch(/^\+?\d{4,6}-|^unknown$/);
    expect(flow.ttl).not.toBeNaN();
    const [stored] = [await scene.stored(flow)];
    expect(JSON.parse(JSON.stringify(stored))).toMatchObject({ access_token: flow.accessToken });
    scene.server.ledger.assertNoReuse();
  });
});
