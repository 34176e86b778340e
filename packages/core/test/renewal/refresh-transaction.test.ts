import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  InvalidRefreshTokenError,
  LoginRequiredError,
  StorageUnavailableError,
  TokenRequestError,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const failing = (): Promise<never> => Promise.reject(new StorageUnavailableError());

describe('the refresh transaction', () => {
  test('saves a rotated refresh token before anybody is given its access token', async () => {
    const log: string[] = [];
    const flow = await scene.loggedIn({
      storage: scene.storageWith({
        save: async (key, tokens, context) => {
          await scene.storage.save(key, tokens, context);
          log.push(`saved ${tokens.accessToken}`);
        },
      }),
    });
    await scene.expire();
    log.length = 0;
    const token = await flow.getAccessTokenRefreshIfNecessary().then((given) => {
      log.push(`given ${given}`);
      return given;
    });
    expect(log).toEqual([`saved ${token}`, `given ${token}`]);
    expect((await scene.stored(flow))?.refreshToken).toBe(scene.server.ledger.tokenRequests[0]?.issued?.refreshToken);
  });

  test('states the generation that it read, and stamps a larger one', async () => {
    const saves: (readonly [number | undefined, number | undefined, string])[] = [];
    const flow = await scene.loggedIn({
      storage: scene.storageWith({
        save: async (key, tokens, context) => {
          saves.push([context.expected, tokens.generation, context.reason]);
          await scene.storage.save(key, tokens, context);
        },
      }),
    });
    const first = (await scene.stored(flow))?.generation ?? NaN;
    await flow.refresh();
    expect(saves).toEqual([
      [undefined, first, 'login'],
      [first, expect.any(Number), 'refresh'],
    ]);
    expect(saves[1]?.[1]).toBeGreaterThan(first);
  });

  test('keeps the old refresh token, scope and id token when the answer has none', async () => {
    const flow = await scene.loggedIn();
    const before = flow.tokens;
    scene.server.configure({ rotation: 'none' });
    scene.server.nextAnswers(
      { grantType: 'refresh_token' },
      faults.changeFields(({ access_token, expires_in }) => ({ access_token, expires_in })),
    );
    const after = await flow.refresh();
    expect(after.accessToken).not.toBe(before.accessToken);
    expect([after.refreshToken, after.scope, after.idToken]).toEqual([
      before.refreshToken,
      before.scope,
      before.idToken,
    ]);
  });

  describe.each([
    ['an expired id token', { idTokens: { lifetime: -3600 } }, undefined],
    ['an issuer with a slash too many', { idTokens: { issuer: 'http://127.0.0.1/other/' } }, undefined],
    ['no token_type', {}, { token_type: undefined }],
    ['an unusual token_type', {}, { token_type: 'N_A' }],
    ['expires_in as text that is no number', {}, { expires_in: 'soon' }],
  ])('when the answer has %s', (_name, options, fields) => {
    test('keeps and uses the new tokens, and tells what is wrong by an event', async () => {
      const flow = await scene.loggedIn();
      const old = flow.refreshToken;
      scene.server.configure(options);
      if (fields) {
        scene.server.nextAnswers(
          { grantType: 'refresh_token' },
          faults.changeFields((all) => ({ ...all, ...fields })),
        );
      }
      const problems: Error[] = [];
      flow.events.on('answerInvalid', ({ problem }) => problems.push(problem));
      const { issued } = await flow.refresh().then(() => scene.server.ledger.tokenRequests[0] ?? { issued: undefined });
      expect(issued?.refreshToken).not.toBe(old);
      expect((await scene.stored(flow))?.refreshToken).toBe(issued?.refreshToken);
      expect(flow.accessToken).toBe(issued?.accessToken);
      expect(problems).toHaveLength(1);
    });
  });

  test('tells of an id token that is about another user than the one before', async () => {
    const flow = await scene.loggedIn();
    const problems: string[] = [];
    flow.events.on('answerInvalid', ({ problem }) => problems.push(problem.message));
    await flow.refresh();
    expect(problems).toEqual([]);
    scene.server.nextAnswers(
      { grantType: 'refresh_token' },
      faults.changeFields((all) => {
        const [header, , signature] = String(all['id_token']).split('.');
        const claims = JSON.stringify({ ...flow.tokens.idTokenClaims, sub: 'eve' });
        return { ...all, id_token: [header, Buffer.from(claims).toString('base64url'), signature].join('.') };
      }),
    );
    await flow.refresh();
    expect(problems).toEqual([expect.stringContaining('another user')]);
  });

  test('keeps a new refresh token that comes without an access token, then says what is wrong', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    scene.server.nextAnswers(
      { grantType: 'refresh_token' },
      faults.changeFields(({ access_token: _dropped, ...rest }) => rest),
    );
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: TokenRequestError,
      code: 'TOKEN_ANSWER_INVALID',
    });
    expect((await scene.stored(flow))?.refreshToken).toBe(scene.server.ledger.tokenRequests[0]?.issued?.refreshToken);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
    scene.server.ledger.assertNoReuse();
  });

  describe('when the server refuses the refresh token', () => {
    test('adopts the tokens of whoever was first', async () => {
      await scene.loggedIn();
      const late = scene.flow();
      await late.getAccessTokenRefreshIfNecessary();
      await scene.expire();
      const gate = scene.server.hold({ grantType: 'refresh_token' });
      const unlocked = scene.flow({ lock: 'process' });
      const answer = unlocked.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      const winner = await late.getAccessTokenRefreshIfNecessary();
      gate.release();
      expect([winner, await answer.catch((error: unknown) => error)]).toEqual([winner, winner]);
    });

    test('asks for a login, deletes nothing, and does not present it again', async () => {
      const flow = await scene.loggedIn();
      scene.server.revokeRefreshToken(flow.refreshToken);
      await scene.expire();
      const failure = flow.getAccessTokenRefreshIfNecessary();
      await expect(failure).rejects.toBeInstanceOf(InvalidRefreshTokenError);
      await expect(failure).rejects.toBeInstanceOf(LoginRequiredError);
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
      expect(scene.renewals).toBe(1);
      expect(await scene.stored(flow)).toBeDefined();
      await flow.doFlow();
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
    });

    test('presents it again when a new login brings the same one', async () => {
      const flow = await scene.loggedIn();
      const { refreshToken } = flow;
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_grant'));
      await expect(flow.refresh()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
      const device = 'urn:ietf:params:oauth:grant-type:device_code';
      scene.server.nextAnswers(
        { grantType: device },
        faults.changeFields((all) => ({ ...all, refresh_token: refreshToken })),
      );
      await flow.doFlow();
      await flow.refresh();
      expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(2);
    });

    test('presents it in no other process either, nor after a restart', async () => {
      const flow = await scene.loggedIn();
      scene.server.revokeRefreshToken(flow.refreshToken);
      await scene.expire();
      for (const process of [flow, scene.flow(), scene.flow()]) {
        await expect(process.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
      }
      expect(scene.renewals).toBe(1);
      expect((await scene.stored(flow))?.stamp?.refused).toBe(true);
      await scene.flow().doFlow();
      expect((await scene.stored(flow))?.stamp?.refused).toBeUndefined();
      expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    });

    test('presents it again when it is imported again', async () => {
      const flow = await scene.loggedIn();
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_grant'));
      await expect(flow.refresh()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
      await flow.importTokens(flow.tokens);
      expect((await flow.refresh()).accessToken).toMatch(/^at_/);
    });

    test('notes it under the generation that was there, so that a slower answer still fits', async () => {
      const flow = await scene.loggedIn();
      await scene.expire();
      const { storage, lose } = scene.losable();
      const slow = scene.flow({ storage });
      await slow.reload();
      const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
      const answer = slow.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      lose();
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
      gate.release();
      const renewed = await answer;
      expect((await scene.stored(flow))?.accessToken).toBe(renewed);
      expect(await scene.flow().getAccessTokenRefreshIfNecessary()).toBe(renewed);
    });

    test('takes GitHub’s word for it, with status 200', async () => {
      const flow = await scene.loggedIn();
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('bad_refresh_token', { status: 200 }));
      await expect(flow.refresh()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
    });
  });

  describe('when the present token is still valid', () => {
    test.each([
      ['the server is down', () => faults.html(503)],
      ['the answer is lost', () => faults.reset({ processed: true })],
      ['the server asks to wait', () => faults.retryAfter(30)],
      ['a 401 says nothing', () => faults.empty(401)],
      ['a gateway answers 403', () => faults.html(403)],
      ['a portal redirects', () => faults.redirect('https://portal.example/', { status: 302 })],
      ['a proxy answers 404', () => faults.html(404)],
      ['a framework answers 404', () => faults.oauthError('Not Found', { status: 404 })],
      [
        'the server says that it is too early',
        () => faults.oauthError('invalid_grant', { description: 'token not expired' }),
      ],
      ['the client is refused', () => faults.oauthError('invalid_client', { status: 401 })],
    ])('returns it although %s', async (_name, fault) => {
      const flow = await scene.loggedIn();
      const present = flow.accessToken;
      await scene.clock.advance(1_800_000);
      scene.server.nextAnswers({ grantType: 'refresh_token' }, fault());
      expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 7200 })).toBe(present);
      expect(scene.renewals).toBe(1);
    });

    test('returns it although storage is down, and comes back without help', async () => {
      let down = false;
      const flow = await scene.loggedIn({
        storage: scene.storageWith({
          load: (key) => (down ? failing() : scene.storage.load(key)),
          withLock: (key, task, options) => (down ? failing() : scene.storage.withLock(key, task, options)),
        }),
      });
      const present = await flow.getAccessTokenRefreshIfNecessary();
      down = true;
      await scene.clock.advance(1_800_000);
      expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 7200 })).toBe(present);
      await scene.expire();
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(StorageUnavailableError);
      down = false;
      expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(present);
    });
  });
});
