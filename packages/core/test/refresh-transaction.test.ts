import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DeviceCodeFlow,
  type HeldLock,
  InvalidRefreshTokenError,
  LockLostError,
  LoginRequiredError,
  NoTokensError,
  RefreshOutcomeUnknownError,
  StorageUnavailableError,
  TokenEndpointUnavailableError,
  TokenRequestError,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from './device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** The scene's storage with some parts replaced. */
function storageWith(change: Partial<TokenStorage>): TokenStorage {
  const { storage } = scene;
  return {
    id: `changed:${Math.random()}`,
    load: (key) => storage.load(key),
    save: (key, tokens, context) => storage.save(key, tokens, context),
    delete: (key, context) => storage.delete(key, context),
    withLock: (key, task, options) => storage.withLock(key, task, options),
    ...change,
  };
}

const failing = (): Promise<never> => Promise.reject(new StorageUnavailableError());

describe('the refresh transaction', () => {
  test('saves a rotated refresh token before anybody is given its access token', async () => {
    const log: string[] = [];
    const flow = await scene.loggedIn({
      storage: storageWith({
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
      storage: storageWith({
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
    ['expires_in: null', {}, { expires_in: null }],
    ['a scope that is an array', {}, { scope: ['openid', 'offline_access'] }],
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
    ])('returns it although %s', async (_name, fault) => {
      const flow = await scene.loggedIn();
      const present = flow.accessToken;
      scene.server.nextAnswers({ grantType: 'refresh_token' }, fault());
      expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 7200 })).toBe(present);
      expect(scene.renewals).toBe(1);
    });

    test('returns it although storage is down, and comes back without help', async () => {
      let down = false;
      const flow = await scene.loggedIn({
        storage: storageWith({
          load: (key) => (down ? failing() : scene.storage.load(key)),
          withLock: (key, task, options) => (down ? failing() : scene.storage.withLock(key, task, options)),
        }),
      });
      const present = await flow.getAccessTokenRefreshIfNecessary();
      down = true;
      expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 7200 })).toBe(present);
      await scene.expire();
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(StorageUnavailableError);
      down = false;
      expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(present);
    });
  });

  describe('when the lock is lost', () => {
    function losing(at: 'taken' | 'sent'): { storage: TokenStorage; lose: () => void } {
      const controller = new AbortController();
      let first = at === 'taken';
      const storage = storageWith({
        withLock: (key, task, options) =>
          scene.storage.withLock(
            key,
            (held: HeldLock) => {
              if (first) controller.abort();
              const lock = first || at === 'sent' ? { signal: controller.signal } : held;
              first = false;
              at = 'taken';
              return task(lock);
            },
            options,
          ),
      });
      return { storage, lose: () => controller.abort() };
    }

    test('sends nothing under it, and tries once more', async () => {
      await scene.loggedIn();
      const { storage } = losing('taken');
      const flow = scene.flow({ storage });
      await scene.expire();
      await flow.getAccessTokenRefreshIfNecessary();
      expect(scene.renewals).toBe(1);
    });

    test('sends nothing when it is always lost', async () => {
      await scene.loggedIn();
      const gone = AbortSignal.abort();
      const storage = storageWith({
        withLock: (key, task, options) => scene.storage.withLock(key, () => task({ signal: gone }), options),
      });
      await scene.expire();
      await expect(scene.flow({ storage }).getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LockLostError);
      expect(scene.renewals).toBe(0);
    });

    test('never replaces what somebody else wrote meanwhile', async () => {
      const owner = await scene.loggedIn();
      const controller = new AbortController();
      let holding = true;
      const storage = storageWith({
        withLock: (key, task, options) =>
          holding ? task({ signal: controller.signal }) : scene.storage.withLock(key, task, options),
      });
      const flow = scene.flow({ storage });
      scene.server.configure({ rotation: { grace: 60 } });
      await scene.expire();
      const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
      const slow = flow.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      controller.abort();
      holding = false;
      const winner = await owner.getAccessTokenRefreshIfNecessary();
      gate.release();
      expect(await slow).toBe(winner);
      expect((await scene.stored(flow))?.accessToken).toBe(winner);
    });

    test('saves what it got under a new lock when nobody else wrote', async () => {
      await scene.loggedIn();
      const controller = new AbortController();
      let holding = true;
      const storage = storageWith({
        withLock: (key, task, options) =>
          holding ? task({ signal: controller.signal }) : scene.storage.withLock(key, task, options),
      });
      const flow = scene.flow({ storage });
      await scene.expire();
      const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
      const slow = flow.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      controller.abort();
      holding = false;
      gate.release();
      const token = await slow;
      expect((await scene.stored(flow))?.accessToken).toBe(token);
    });
  });

  describe('when no answer comes', () => {
    test('keeps the refresh token, says so, and presents it once more', async () => {
      const flow = await scene.loggedIn();
      const { refreshToken } = flow;
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.reset());
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
      expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
      await flow.getAccessTokenRefreshIfNecessary();
      expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(2);
      expect((await scene.stored(flow))?.stamp?.unanswered).toBeUndefined();
    });

    test.each([
      ['a truncated', () => faults.truncate()],
      ['an oversized', () => faults.oversize(2_000_000)],
      ['an empty', () => faults.empty(200, { processed: true })],
      ['an HTML', () => faults.html(200, { processed: true })],
    ])('takes %s answer for none', async (_name, fault) => {
      const flow = await scene.loggedIn();
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token' }, fault());
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
    });

    test('presents it no third time, in whichever process', async () => {
      const flow = await scene.loggedIn();
      const { refreshToken } = flow;
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token', times: 2 }, faults.reset());
      for (const process of [flow, scene.flow()]) {
        await expect(process.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
      }
      for (const process of [flow, scene.flow()]) {
        await expect(process.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
          constructor: InvalidRefreshTokenError,
          code: 'REFRESH_TOKEN_UNANSWERED',
        });
      }
      expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(2);
    });

    test('presents it again inside the grace that the server gives', async () => {
      scene.server.configure({ rotation: { grace: 60 } });
      const flow = await scene.loggedIn({ rotation: { grace: 60 } });
      const { refreshToken } = flow;
      await scene.expire();
      scene.server.nextAnswers({ grantType: 'refresh_token', times: 3 }, faults.reset({ processed: true }));
      for (let times = 0; times < 3; times++) {
        await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
        await scene.clock.advance(10_000);
      }
      await flow.getAccessTokenRefreshIfNecessary();
      expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(4);
      scene.server.ledger.assertNoReuse();
    });

    test('does not count a request that never left', async () => {
      const flow = await scene.loggedIn();
      await scene.expire();
      const stored = await scene.stored(flow);
      const offline = scene.flow({
        fetch: () =>
          Promise.reject(
            new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
          ),
      });
      for (let times = 0; times < 3; times++) {
        await expect(offline.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
      }
      expect((await scene.stored(flow))?.toJSON()).toEqual(stored?.toJSON());
    });
  });

  describe('when the save fails after a rotation', () => {
    function broken(): { storage: TokenStorage; breakSaves: (broken: boolean) => void } {
      let isBroken = false;
      const storage = storageWith({
        save: (key, tokens, context) => (isBroken ? failing() : scene.storage.save(key, tokens, context)),
      });
      return { storage, breakSaves: (value) => (isBroken = value) };
    }

    test('tries again, then gives the token, says so, and saves first at every later call', async () => {
      const { storage, breakSaves } = broken();
      const flow = await scene.loggedIn({ storage, lockTimeout: 2 });
      const old = await scene.stored(flow);
      const events: string[] = [];
      flow.events.on('saveFailed', () => events.push('saveFailed'));
      flow.events.on('saved', () => events.push('saved'));
      await scene.expire();
      breakSaves(true);
      const token = await flow.getAccessTokenRefreshIfNecessary();
      expect([token === old?.accessToken, events]).toEqual([false, ['saveFailed']]);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
      expect((await scene.stored(flow))?.accessToken).toBe(old?.accessToken);
      breakSaves(false);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
      expect((await scene.stored(flow))?.accessToken).toBe(token);
      expect([events, scene.renewals]).toEqual([['saveFailed', 'saved'], 1]);
    });

    test('succeeds without a word when storage comes back before the deadline', async () => {
      const { storage, breakSaves } = broken();
      const flow = await scene.loggedIn({ storage });
      await scene.expire();
      const failures: unknown[] = [];
      flow.events.on('saveFailed', (event) => failures.push(event));
      breakSaves(true);
      const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
      const answer = flow.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      const sleep = scene.clock.sleep.bind(scene.clock);
      let pauses = 0;
      scene.clock.sleep = (milliseconds, signal) => {
        if (++pauses === 3) breakSaves(false);
        return sleep(milliseconds, signal);
      };
      gate.release();
      const token = await answer;
      expect((await scene.stored(flow))?.accessToken).toBe(token);
      expect([failures, pauses]).toEqual([[], 3]);
    });

    test('throws only when the token has ended and the save still fails, and redeems nothing', async () => {
      const { storage, breakSaves } = broken();
      const flow = await scene.loggedIn({ storage, lockTimeout: 1 });
      await scene.expire();
      breakSaves(true);
      await flow.getAccessTokenRefreshIfNecessary();
      await scene.expire();
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(StorageUnavailableError);
      expect(scene.renewals).toBe(1);
      breakSaves(false);
      await flow.getAccessTokenRefreshIfNecessary();
      expect(scene.renewals).toBe(2);
      scene.server.ledger.assertNoReuse();
    });

    test('lets storage win when it has moved on', async () => {
      const { storage, breakSaves } = broken();
      const flow = await scene.loggedIn({ storage, lockTimeout: 1 });
      await scene.expire();
      breakSaves(true);
      await flow.getAccessTokenRefreshIfNecessary();
      breakSaves(false);
      const elsewhere = await scene.flow().doFlow();
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(elsewhere.accessToken);
      expect((await scene.stored(flow))?.accessToken).toBe(elsewhere.accessToken);
    });
  });

  describe('logout', () => {
    test('is respected by another process at its next renewal', async () => {
      const flow = await scene.loggedIn();
      const other = scene.flow();
      await other.getAccessTokenRefreshIfNecessary();
      await flow.logout();
      await scene.expire();
      scene.server.ledger.clear();
      await expect(other.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
      expect(() => other.tokens).toThrow(NoTokensError);
      expect(scene.server.ledger.count()).toBe(0);
    });

    test('is not undone by a renewal in flight', async () => {
      const flow = await scene.loggedIn();
      await scene.expire();
      const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
      const renewing = flow.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      const leaving = flow.logout();
      gate.release();
      await Promise.all([renewing, leaving]);
      expect(await scene.stored(flow)).toBeUndefined();
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
    });

    test('is not undone by a renewal that lost its lock', async () => {
      const flow = await scene.loggedIn();
      const controller = new AbortController();
      let holding = true;
      const storage = storageWith({
        withLock: (key, task, options) =>
          holding ? task({ signal: controller.signal }) : scene.storage.withLock(key, task, options),
      });
      const frozen = scene.flow({ storage });
      await scene.expire();
      const gate = scene.server.hold({ grantType: 'refresh_token', processed: true });
      const renewing = frozen.getAccessTokenRefreshIfNecessary();
      await gate.arrived;
      controller.abort();
      holding = false;
      await flow.logout();
      gate.release();
      await expect(renewing).rejects.toBeInstanceOf(NoTokensError);
      expect(await scene.stored(flow)).toBeUndefined();
    });

    test('revokes both tokens at the server', async () => {
      const flow = await scene.loggedIn();
      const { accessToken, refreshToken } = flow;
      await flow.logout();
      const revoked = scene.server.ledger.filter({ endpoint: 'revoke' }).map(({ parameters }) => parameters['token']);
      expect(revoked).toEqual([refreshToken, accessToken]);
    });

    test('deletes even when the server does not confirm, and says so', async () => {
      const flow = await scene.loggedIn();
      scene.server.nextAnswers({ endpoint: 'revoke' }, faults.html(503));
      await expect(flow.logout()).rejects.toMatchObject({ code: 'REVOCATION_FAILED' });
      expect(await scene.stored(flow)).toBeUndefined();
      await expect(flow.logout()).resolves.toBeUndefined();
    });

    test('is a TypeError, before anything is done, for hooks of one’s own without deleteTokens', async () => {
      class OwnPlace extends DeviceCodeFlow {
        protected override loadTokens(): Promise<TokenSet | undefined> {
          return scene.storage.load('own');
        }
        protected override saveTokens(tokens: TokenSet): Promise<void> {
          return scene.storage.save('own', tokens, { expected: undefined });
        }
      }
      const flow = new OwnPlace({ issuer: scene.server.issuer, clientId: 'cli', lock: 'process' });
      await expect(flow.logout()).rejects.toBeInstanceOf(TypeError);
      expect(scene.server.ledger.count()).toBe(0);
    });
  });
});
