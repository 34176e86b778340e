import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoginRequiredError, PasswordFlow } from '@latchkey/core';
import type { Fault } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const answer = (status: number, body: string, type = 'application/json'): Fault => ({
  name: `status ${status}`,
  before: () => ({ status, headers: { 'content-type': type }, body }),
});
const json = (status: number, body: unknown): Fault => answer(status, JSON.stringify(body));

/** How servers refuse a refresh token, in their own words. */
const refusals: [string, Fault][] = [
  ['400 and nothing', answer(400, '', 'text/plain')],
  ['invalid_request', json(400, { error: 'invalid_request' })],
  [
    '"Cannot decrypt the refresh token"',
    json(400, { error: 'invalid_request', message: 'Cannot decrypt the refresh token' }),
  ],
  ['unauthorized_client', json(403, { error: 'unauthorized_client', error_description: 'refresh_token is invalid' })],
  ['access_denied', json(400, { error: 'access_denied' })],
  ['revoked_token', json(400, { error: 'revoked_token' })],
  ['a nested code', json(400, { error: { code: 'invalid_grant' } })],
  ['a form', answer(400, 'error=invalid_grant', 'application/x-www-form-urlencoded')],
  ['404', json(404, { error: 'token_not_found' })],
  ['200 with an error', json(200, { error: 'bad_refresh_token' })],
];

/** What must never look like the end of a login. */
const others: [string, Fault][] = [
  ['a reason phrase', json(403, { error: 'Forbidden' })],
  ['a wrong scope', json(400, { error: 'invalid_scope' })],
  ['a wrong client', json(401, { error: 'access_denied', error_description: 'Unauthorized' })],
  ['HTML', answer(403, '<h1>403</h1>', 'text/html')],
  ['a bare 401', answer(401, '')],
  ['a bare 403', answer(403, '')],
  ['a way elsewhere', answer(302, '')],
  ['status 500 with a known word', json(500, { error: 'invalid_grant' })],
];

const count = (grantType: string): number => scene.server.ledger.count({ grantType });
const prompts = (): number => scene.server.ledger.count({ endpoint: 'device_authorization' });
const refuse = (fault: Fault, times: number): void =>
  scene.server.nextAnswers({ grantType: 'refresh_token', times }, fault);

function passwordFlow(): PasswordFlow {
  return new PasswordFlow({
    server: { tokenEndpoint: scene.server.tokenEndpoint },
    clientId: 'cli',
    username: 'ada',
    password: 'secret',
    scope: 'offline_access',
    clock: scene.clock,
    storage: scene.storageWith({}),
  });
}

describe.each(refusals)('a refresh token that is refused by %s', (_words, fault) => {
  test('asks for a login, keeps what is stored, and is presented once a pause at most', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    refuse(fault, 9);
    for (let call = 0; call < 4; call++) {
      await expect(scene.flow().getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LoginRequiredError);
    }
    expect([scene.renewals, prompts()]).toEqual([1, 0]);
    expect((await scene.stored(flow))?.refreshToken).toBe(refreshToken);
  });

  test('is replaced by a login where the caller allows one, and kept until that is saved', async () => {
    const flow = await scene.loggedIn();
    const { refreshToken } = flow;
    await scene.expire();
    refuse(fault, 1);
    const before = (await scene.stored(flow))?.refreshToken;
    expect(await flow.getAccessTokenRefreshIfNecessary({ interactive: true })).toMatch(/^at_/);
    expect([before, prompts()]).toEqual([refreshToken, 1]);
    expect((await scene.stored(flow))?.refreshToken).not.toBe(refreshToken);
  });

  test('is replaced by one new grant of a flow that needs no person', async () => {
    const flow = passwordFlow();
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    refuse(fault, 1);
    const tokens = await Promise.all([1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(1);
    expect([count('password'), count('refresh_token')]).toEqual([2, 1]);
  });
});

describe.each(others)('%s', (_what, fault) => {
  test('asks nobody to log in, sends no password, and the login goes on afterwards', async () => {
    const [flow, program] = [await scene.loggedIn(), passwordFlow()];
    await program.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    refuse(fault, 6);
    for (let call = 0; call < 3; call++) {
      for (const each of [flow, program]) {
        const error: unknown = await each
          .getAccessTokenRefreshIfNecessary({ interactive: true })
          .catch((e: unknown) => e);
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(LoginRequiredError);
      }
      await scene.clock.advance(60_000);
    }
    expect([prompts(), count('password')]).toEqual([0, 1]);
    for (const each of [flow, program]) expect(await each.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(count('password')).toBe(1);
  });
});
