import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type DeviceCodeFlow,
  LoginRequiredError,
  PasswordFlow,
  type PasswordFlowOptions,
  TokenRequestError,
  TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const words = faults.oauthError('invalid_request', { description: 'The token cannot be read.' });

function refusing(times = 1, fault = words): void {
  scene.server.nextAnswers({ grantType: 'refresh_token', times }, fault);
}

/** A storage that keeps no notes beside the tokens. */
function ofFewColumns(): TokenStorage {
  let row: TokenSet | undefined;
  return scene.storageWith({
    load: async () => row,
    save: async (_key, { accessToken, refreshToken, expiresAt }) => {
      row = TokenSet.from({ access_token: accessToken, refresh_token: refreshToken, expires_at: expiresAt });
    },
  });
}

const prompts = (): number => scene.server.ledger.count({ endpoint: 'device_authorization' });
const tokenOf = (flow: DeviceCodeFlow | PasswordFlow, options = {}): Promise<unknown> =>
  flow.getAccessTokenRefreshIfNecessary(options).catch((error: unknown) => error);

describe('a refresh token that is refused in words that may mean something else', () => {
  test('is told as that, in the words of the server, and everything is kept', async () => {
    const flow = await scene.loggedIn();
    const { accessToken, refreshToken } = flow;
    await scene.expire();
    refusing();
    const error = await tokenOf(flow);
    expect(error).toBeInstanceOf(LoginRequiredError);
    expect(error).toMatchObject({
      code: 'REFRESH_TOKEN_SUSPECT',
      status: 400,
      error: 'invalid_request',
      errorDescription: 'The token cannot be read.',
    });
    const stored = await scene.stored(flow);
    expect(stored).toMatchObject({ accessToken, refreshToken });
    expect(stored?.stamp?.refused).toBeUndefined();
  });

  test('is presented once a pause, by whichever process, and works on when the server takes it again', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    refusing(2);
    for (const presented of [1, 1, 1, 2, 2, 2]) {
      if (presented === 2 && scene.renewals === 1) await scene.clock.advance(1000);
      for (const process of [flow, scene.flow()]) {
        expect(await tokenOf(process)).toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT', error: 'invalid_request' });
      }
      expect(scene.renewals).toBe(presented);
    }
    await scene.clock.advance(2000);
    expect(await tokenOf(flow)).toMatch(/^at_/);
    expect((await scene.stored(flow))?.stamp?.suspected).toBeUndefined();
  });

  test.each([
    ['with another status', faults.oauthError('odd_error', { status: 403 }), 403, 'odd_error'],
    ['without a word', faults.empty(400), 400, undefined],
  ])('is told in the same way by a process that only read of it: %s', async (_what, fault, status, error) => {
    const flow = await scene.loggedIn();
    await scene.expire();
    refusing(1, fault);
    for (const process of [flow, scene.flow()]) {
      const told = (await tokenOf(process)) as LoginRequiredError;
      expect([told.code, told.status, told.error]).toEqual(['REFRESH_TOKEN_SUSPECT', status, error]);
    }
    expect(scene.renewals).toBe(1);
  });

  test('is adopted away when another process has renewed meanwhile', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const { storage, lose } = scene.losable();
    const slow = tokenOf(scene.flow({ storage }));
    await gate.arrived;
    lose();
    const renewed = await scene.flow().doFlow();
    refusing();
    gate.release();
    expect([await slow, await tokenOf(flow)]).toEqual([renewed.accessToken, renewed.accessToken]);
  });

  test('brings a login to whoever allows one, and no second for the same words', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    refusing();
    expect(await tokenOf(flow, { interactive: true })).toMatch(/^at_/);
    expect(prompts()).toBe(1);
    await scene.expire();
    refusing(9);
    for (const pause of [0, 0, 1000, 0]) {
      await scene.clock.advance(pause);
      const error = await tokenOf(flow, { interactive: true });
      expect(error).toBeInstanceOf(TokenRequestError);
      expect(error).toMatchObject({ error: 'invalid_request', errorDescription: 'The token cannot be read.' });
    }
    expect([prompts(), scene.renewals]).toEqual([1, 3]);
  });

  test('brings a login each time where it is the grant that is refused', async () => {
    const flow = await scene.loggedIn();
    for (const times of [1, 2]) {
      await scene.expire();
      refusing(1, faults.oauthError('invalid_grant', { description: "Session doesn't have required client" }));
      expect(await tokenOf(flow, { interactive: true })).toMatch(/^at_/);
      expect(prompts()).toBe(times);
    }
  });

  test('brings another login after a renewal that worked, and for other words', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    refusing();
    await tokenOf(flow, { interactive: true });
    await scene.expire();
    refusing(1, faults.oauthError('access_denied'));
    expect(await tokenOf(flow, { interactive: true })).toMatch(/^at_/);
    await scene.expire();
    await tokenOf(flow);
    await scene.expire();
    refusing(1, faults.oauthError('access_denied'));
    expect(await tokenOf(flow, { interactive: true })).toMatch(/^at_/);
    expect(prompts()).toBe(3);
  });

  test.each([
    ['a reason phrase', faults.oauthError('Forbidden', { status: 403 })],
    ['a scope that is wrong', faults.oauthError('invalid_scope')],
    ['HTML', faults.html(403)],
    ['nothing, with 401', faults.empty(401)],
    ['an outage', faults.html(503)],
  ])('is no case of %s: nobody is asked to log in', async (_what, fault) => {
    const flow = await scene.loggedIn();
    await scene.expire();
    refusing(3, fault);
    for (let call = 0; call < 3; call++) {
      expect(await tokenOf(flow, { interactive: true })).not.toBeInstanceOf(LoginRequiredError);
      await scene.clock.advance(60_000);
    }
    expect(prompts()).toBe(0);
    expect(await tokenOf(flow)).toMatch(/^at_/);
  });
});

test('A suspect refresh token is presented once a pause where a row of a few columns keeps no note', async () => {
  const flow = await scene.loggedIn({ storage: ofFewColumns() });
  await scene.expire();
  refusing(2);
  for (const presented of [1, 1, 2, 2]) {
    if (presented === 2) await scene.clock.advance(scene.renewals === 1 ? 1000 : 0);
    expect(await tokenOf(flow)).toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT' });
    expect(scene.renewals).toBe(presented);
  }
  await scene.clock.advance(2000);
  expect(await tokenOf(flow)).toMatch(/^at_/);
});

describe('a flow that needs no person, and whose refresh token is refused', () => {
  const { passwords, flowOf } = {
    passwords: (): number => scene.server.ledger.count({ grantType: 'password' }),
    flowOf: (storage = scene.storageWith({}), password: PasswordFlowOptions['password'] = 'secret'): PasswordFlow =>
      new PasswordFlow({
        server: { tokenEndpoint: scene.server.tokenEndpoint },
        clientId: 'cli',
        username: 'ada',
        password,
        scope: 'offline_access',
        clock: scene.clock,
        storage,
      }),
  };

  test('sends its password once for words that may mean something else, and no second time for the same', async () => {
    const flow = flowOf();
    await tokenOf(flow);
    await scene.expire();
    refusing(99);
    const again = await tokenOf(flow);
    expect(again).toMatch(/^at_/);
    expect([await tokenOf(flow), passwords(), scene.renewals]).toEqual([again, 2, 1]);
    await scene.expire();
    for (let call = 0; call < 3; call++) expect(await tokenOf(flow)).toBeInstanceOf(TokenRequestError);
    expect([passwords(), scene.renewals]).toEqual([2, 2]);
  });

  test('asks for its password once, however much longer than the pause that takes', async () => {
    let asked = 0;
    const flow = flowOf(scene.storageWith({}), async () => {
      asked++;
      await scene.clock.advance(5000);
      return 'secret';
    });
    await tokenOf(flow);
    await scene.expire();
    refusing(99);
    expect(await tokenOf(flow)).toMatch(/^at_/);
    expect([asked, passwords(), scene.renewals]).toEqual([2, 2, 1]);
  });

  test('sends its password, and presents the token no more, where the refusal cannot be noted', async () => {
    let saves = 0;
    const storage = scene.storageWith({
      save: (key, tokens, context) =>
        ++saves === 2 ? Promise.reject(new Error('no space')) : scene.storage.save(key, tokens, context),
    });
    const flow = flowOf(storage);
    await tokenOf(flow);
    await scene.expire();
    refusing(99);
    expect(await tokenOf(flow)).toMatch(/^at_/);
    expect([saves, passwords(), scene.renewals]).toEqual([3, 2, 1]);
  });

  test('sends its password, and presents the token no more, where a row of a few columns keeps no note', async () => {
    const flow = flowOf(ofFewColumns());
    await tokenOf(flow);
    await scene.expire();
    refusing(9);
    expect(await tokenOf(flow)).toMatch(/^at_/);
    expect([passwords(), scene.renewals]).toEqual([2, 1]);
  });

  test('keeps the tokens until new ones are saved: a password that is refused changes nothing', async () => {
    const flow = flowOf();
    await tokenOf(flow);
    const { refreshToken } = flow;
    await scene.expire();
    refusing();
    scene.server.nextAnswers({ grantType: 'password' }, faults.html(503));
    expect(await tokenOf(flow)).toMatchObject({ retryable: true });
    expect((await scene.storage.load(flow.key))?.refreshToken).toBe(refreshToken);
  });

  test.each(['unauthorized_client', 'unsupported_grant_type'])(
    'asks for a new grant each time where the client may not renew: %s',
    async (error) => {
      const flow = flowOf();
      await tokenOf(flow);
      for (let expiry = 1; expiry <= 3; expiry++) {
        await scene.expire();
        refusing(1, faults.oauthError(error));
        expect(await tokenOf(flow)).toMatch(/^at_/);
        expect(passwords()).toBe(1 + expiry);
      }
    },
  );
});
