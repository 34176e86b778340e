import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  type AuthFlow,
  ClientCredentialsFlow,
  InvalidRefreshTokenError,
  MemoryTokenStorage,
  TokenSet,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';
import { blockWith, importBlock } from '../scenes/documented-block.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Warnings that the process prints while `body` runs. */
async function warnings(body: () => Promise<unknown>): Promise<string[]> {
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await body();
  const seen = emit.mock.calls.map(([warning]) => String(warning));
  emit.mockRestore();
  return seen;
}

describe('a second login that brings no refresh token', () => {
  const idToken = (claims: object): string =>
    ['{}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');

  /** Answers the next login by what a server gives at a second consent. */
  function secondConsent(claims: object | undefined): void {
    scene.server.nextAnswers(
      { grantType: 'urn:ietf:params:oauth:grant-type:device_code' },
      faults.changeFields(() => ({
        access_token: 'second',
        token_type: 'Bearer',
        expires_in: 3600,
        ...(claims && { id_token: idToken(claims) }),
      })),
    );
  }

  test('keeps the stored one of the same user', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken, idTokenClaims } = flow;
    secondConsent({ iss: idTokenClaims?.['iss'], sub: idTokenClaims?.['sub'] });
    expect(await flow.doFlow()).toMatchObject({ accessToken: 'second', refreshToken });
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });

  test('keeps none that the server has refused, so that the next error says what to ask for', async () => {
    const flow = await scene.loggedIn();
    const { iss, sub } = flow.idTokenClaims ?? {};
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_grant'));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
    secondConsent({ iss, sub });
    await flow.doFlow();
    expect(flow.hasRefreshToken).toBe(false);
    await scene.expire();
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'NO_REFRESH_TOKEN' });
    expect(scene.renewals).toBe(1);
  });

  test.each([
    ['another user', { sub: 'eve' }],
    ['another issuer', { iss: 'https://other.example' }],
    ['nobody in particular', undefined],
  ])('keeps nothing for %s', async (_who, other) => {
    const flow = await scene.loggedIn();
    const { iss, sub } = flow.idTokenClaims ?? {};
    secondConsent(other && { iss, sub, ...other });
    await flow.doFlow();
    expect(flow.hasRefreshToken).toBe(false);
  });
});

describe('a login that cannot be stored', () => {
  const failing = (): Promise<never> => Promise.reject(new Error('No space is left.'));

  test('is told aloud beside the event, since a program that ends now loses it', async () => {
    const flow = scene.flow({ storage: scene.storageWith({ save: failing }), lockTimeout: 0 });
    const events: string[] = [];
    flow.events.on('saveFailed', () => events.push('saveFailed'));
    const seen = await warnings(() => flow.doFlow());
    expect(seen).toEqual([expect.stringContaining('could not be stored')]);
    expect(events).toEqual(['saveFailed']);
  });

  test('is told of imports too, and not of tokens that a program can ask for again', async () => {
    const { accessToken } = await scene.flow().doFlow();
    const storage = scene.storageWith({ save: failing });
    const imported = scene.flow({ storage, lockTimeout: 0 });
    expect(await warnings(() => imported.importTokens({ access_token: accessToken }))).toHaveLength(1);
    const program = new ClientCredentialsFlow({
      server: { tokenEndpoint: scene.server.tokenEndpoint },
      clientId: 'cli',
      storage: scene.storageWith({ save: failing }),
      lockTimeout: 0,
    });
    expect(await warnings(() => program.getAccessTokenRefreshIfNecessary())).toEqual([]);
  });
});

test('a login that docs/storages.md moves stays, though it is moved once more after a renewal', async () => {
  const { move } = await importBlock<{ move: (from: AuthFlow, to: AuthFlow) => Promise<void> }>(
    blockWith('export async function move', 'docs/storages.md'),
  );
  const from = await scene.loggedIn();
  const storage = new MemoryTokenStorage();
  await move(from, scene.flow({ storage }));
  await scene.expire();
  await scene.flow({ storage }).getAccessTokenRefreshIfNecessary();
  await move(from, scene.flow({ storage }));
  await scene.expire();
  expect(await scene.flow({ storage }).getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  expect(scene.renewals).toBe(2);
  scene.server.ledger.assertNoReuse();
});

describe('what is known to be refused', () => {
  test('is forgotten when the record moves, though it holds the same refresh token', async () => {
    const flow = await scene.loggedIn();
    const record = flow.tokens.toJSON();
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_grant'));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
    expect(scene.renewals).toBe(1);
    await scene.flow().importTokens({ ...record, access_token: 'another', expires_at: 1 });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });

  test('keeps the words of the server for whoever asks again', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const fault = faults.oauthError('invalid_grant', { description: 'Session not active' });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
    for (let call = 0; call < 2; call++) {
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
        code: 'INVALID_REFRESH_TOKEN',
        errorDescription: 'Session not active',
      });
    }
  });
});

describe('times that were noted wrongly', () => {
  test('of a login made by a clock that was ahead: the token is renewed, once', async () => {
    const flow = await scene.loggedIn();
    const seconds = Math.floor(scene.clock.now() / 1000) + 7200;
    await flow.importTokens({ ...flow.tokens.toJSON(), issued_at: seconds, expires_at: seconds + 3600 });
    const process = scene.flow();
    const renewed = await process.getAccessTokenRefreshIfNecessary();
    expect([renewed === flow.accessToken, scene.renewals]).toEqual([false, 1]);
    await scene.flow().getAccessTokenRefreshIfNecessary();
    await process.getAccessTokenRefreshIfNecessary();
    expect(scene.renewals).toBe(1);
  });

  test('of an import from a clock that was ahead: who imports it renews it too', async () => {
    const { refreshToken, key } = await scene.loggedIn();
    const flow = scene.flow({ key: `${key}#moved` });
    const seconds = Math.floor(scene.clock.now() / 1000) + 7200;
    const moved = {
      access_token: 'of-then',
      refresh_token: refreshToken,
      issued_at: seconds,
      expires_at: seconds + 3600,
    };
    await flow.importTokens(moved);
    expect([await flow.getAccessTokenRefreshIfNecessary(), scene.renewals]).toEqual([expect.stringMatching(/^at_/), 1]);
  });

  test('of a clock that is minutes ahead: the token is used', async () => {
    const flow = await scene.loggedIn();
    const seconds = Math.floor(scene.clock.now() / 1000) + 299;
    await flow.importTokens({ ...flow.tokens.toJSON(), issued_at: seconds, expires_at: seconds + 3600 });
    await scene.flow().getAccessTokenRefreshIfNecessary();
    expect(scene.renewals).toBe(0);
  });

  test('in milliseconds: they are read as that', () => {
    const tokens = TokenSet.from({ access_token: 'a', issued_at: 1_734_714_181_000, expires_at: 1_734_742_981_000 });
    expect([tokens.issuedAt, tokens.expiresAt]).toEqual([new Date(1_734_714_181_000), new Date(1_734_742_981_000)]);
  });
});
