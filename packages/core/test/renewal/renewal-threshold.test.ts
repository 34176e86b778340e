import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, InvalidRefreshTokenError, NoAccessTokenError, TokenSet } from '@latchkey/core';
import { faults, TestClock } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('the threshold', () => {
  test('A8: a token with 1800 s left is renewed for 3600, and not for 60, for exactly 1800, or without renewal', async () => {
    const flow = await scene.loggedIn({ autoRefreshThreshold: 3600 });
    await scene.clock.advance((flow.ttl - 1800) * 1000);
    const present = flow.accessToken;
    expect(flow.ttl).toBe(1800);
    expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 60 })).toBe(present);
    expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 1800 })).toBe(present);
    expect(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(present);
    expect(scene.renewals).toBe(0);
    scene.server.nextAnswers(
      { grantType: 'refresh_token' },
      faults.changeFields(({ refresh_token: _none, ...rest }) => rest),
    );
    scene.server.configure({ rotation: 'none' });
    const { refreshToken } = flow;
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(present);
    expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
    expect(scene.renewals).toBe(1);
  });

  test('A8: a revoked refresh token is an error with advice, a 503 is none while the token is valid', async () => {
    const flow = await scene.loggedIn({ autoRefreshThreshold: 3600 });
    await scene.clock.advance(1_800_000);
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(503));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
    scene.server.revokeRefreshToken(flow.refreshToken);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: InvalidRefreshTokenError,
      remedy: expect.stringMatching(/log in.*noAutoRefresh/is),
    });
    expect(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(flow.accessToken);
  });

  test('is a tenth of the lifetime for tokens that live less than ten minutes, so that they are used at all', async () => {
    scene.server.configure({ expiresIn: 20 });
    const flow = await scene.loggedIn();
    const first = await flow.getAccessTokenRefreshIfNecessary();
    await scene.clock.advance(17_000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(first);
    await scene.clock.advance(2000);
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(first);
    expect(scene.renewals).toBe(1);
  });

  // No renewal can bring a token that lives for longer than the server lets it live, so that it would be one at each call.
  test.each([3600, 7200])(
    'of %i s where tokens live 3600 s renews each once, at half of its life',
    async (threshold) => {
      const flow = await scene.loggedIn({ autoRefreshThreshold: threshold });
      const other = scene.flow({ autoRefreshThreshold: threshold });
      for (let life = 1; life <= 3; life++) {
        for (let seconds = 0; seconds < 1800; seconds += 100) {
          await scene.clock.advance(100_000);
          const token = await flow.getAccessTokenRefreshIfNecessary();
          expect(await other.getAccessTokenRefreshIfNecessary()).toBe(token);
        }
        expect(scene.renewals).toBe(life);
      }
    },
  );

  test('passes two ends of the token in one process', async () => {
    const flow = await scene.loggedIn();
    const seen = new Set([await flow.getAccessTokenRefreshIfNecessary()]);
    for (let ends = 0; ends < 2; ends++) {
      await scene.expire();
      seen.add(await flow.getAccessTokenRefreshIfNecessary());
    }
    expect(seen.size).toBe(3);
  });

  test('without renewal, what is stored is given as it is, and nothing is an error', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const other = scene.flow();
    expect(await other.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(flow.accessToken);
    const bare = TokenSet.from({ refresh_token: 'only-this' });
    await scene.storage.save('bare', bare, { expected: undefined });
    const waiting = scene.flow({ key: 'bare' }).getAccessTokenRefreshIfNecessary({ noAutoRefresh: true });
    await expect(waiting).rejects.toBeInstanceOf(NoAccessTokenError);
    expect(scene.server.ledger.count()).toBe(0);
  });

  test('without renewal, a token that is fresh no longer is looked for in storage', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const renewed = await scene.flow().getAccessTokenRefreshIfNecessary();
    expect(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true })).toBe(renewed);
    await scene.storage.delete(flow.key, { expected: undefined });
    await scene.expire();
    const none = flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true });
    await expect(none).rejects.toMatchObject({ code: 'NO_TOKENS' });
  });
});

describe('a client credentials flow', () => {
  test('A2: asks again by its credentials, never by a refresh token, and never returns an expired token', async () => {
    const clock = new TestClock({ autoAdvance: true });
    scene.server.configure({ clock, expiresIn: 2 });
    const flow = new ClientCredentialsFlow({
      issuer: scene.server.issuer,
      clientId: 'machine',
      clientSecret: 'machine-secret',
      clock,
    });
    const began = clock.now();
    for (let second = 0; second <= 7; second++) {
      await flow.getAccessTokenRefreshIfNecessary();
      expect(flow.ttl).toBeGreaterThan(0);
      await clock.advance(1000);
    }
    expect(scene.server.ledger.tokenRequests.map(({ at }) => (at - began) / 1000)).toEqual([0, 2, 4, 6]);
    const grants = new Set(scene.server.ledger.tokenRequests.map(({ grantType }) => grantType));
    expect([...grants]).toEqual(['client_credentials']);
  });

  test('asks once for a JWT that alone says when it ends, though that is no later than the threshold', async () => {
    const clock = new TestClock({ autoAdvance: true });
    const claims = JSON.stringify({ exp: clock.now() / 1000 + 300 });
    const jwt = `e30.${Buffer.from(claims).toString('base64url')}.c2ln`;
    scene.server.nextAnswers(
      { grantType: 'client_credentials', times: 9 },
      faults.changeFields(() => ({ access_token: jwt, token_type: 'Bearer' })),
    );
    const flow = new ClientCredentialsFlow({
      issuer: scene.server.issuer,
      clientId: 'machine',
      clientSecret: 'machine-secret',
      autoRefreshThreshold: 300,
      clock,
    });
    for (let call = 0; call < 3; call++) {
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(jwt);
      await clock.advance(10_000);
    }
    scene.server.ledger.assertTokenRequests(1);
  });

  test('sends its credentials in a Basic header and nothing but the grant in the body', async () => {
    const flow = new ClientCredentialsFlow({
      issuer: scene.server.issuer,
      clientId: 'machine',
      clientSecret: 'machine-secret',
    });
    await flow.getAccessTokenRefreshIfNecessary();
    const [request] = scene.server.ledger.tokenRequests;
    expect([request?.authentication, request?.body]).toEqual(['client_secret_basic', 'grant_type=client_credentials']);
  });

  test('fetches a secret that is a function anew for each request', async () => {
    const secrets = ['first-secret', 'second-secret'];
    const flow = new ClientCredentialsFlow({
      issuer: scene.server.issuer,
      clientId: 'machine',
      clientSecret: () => Promise.resolve(secrets.shift() ?? ''),
    });
    await flow.getAccessTokenRefreshIfNecessary();
    await flow.refresh();
    expect(scene.server.ledger.tokenRequests.map(({ clientSecret }) => clientSecret)).toEqual([
      'first-secret',
      'second-secret',
    ]);
  });
});
