import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientRejectedError, PasswordFlow, type PasswordFlowOptions, TokenRequestError } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

function flowOf(options: Partial<PasswordFlowOptions> = {}): PasswordFlow {
  return new PasswordFlow({ ...scene.options(), username: 'ada', password: 'pass-word-1', ...options });
}

const passwords = (): number => scene.server.ledger.count({ grantType: 'password' });

describe('PasswordFlow', () => {
  test('sends user name, password, scope and further fields', async () => {
    await flowOf({
      scope: 'trapi',
      clientSecret: '',
      parameters: { takeExclusiveSignOnControl: 'true' },
    }).getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm).toEqual({
      grant_type: 'password',
      username: 'ada',
      password: 'pass-word-1',
      scope: 'trapi',
      takeExclusiveSignOnControl: 'true',
    });
    const [request] = scene.server.ledger.tokenRequests;
    expect(request?.headers.authorization).toBe(`Basic ${btoa('app:')}`);
  });

  test('redeems the refresh token first, and sends no password with it', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm).toMatchObject({ grant_type: 'refresh_token' });
    expect(scene.lastForm).not.toHaveProperty('password');
    expect(passwords()).toBe(1);
  });

  test('sends the password once when the refresh token is refused', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    scene.server.revokeRefreshToken((await scene.stored(flow))?.refreshToken ?? '');
    await scene.expire();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(1);
    expect(passwords()).toBe(2);
    scene.server.ledger.assertTokenRequests(1, { grantType: 'refresh_token' });
  });

  test.each([
    ['status 503', faults.html(503)],
    ['status 429', faults.retryAfter(7)],
    ['status 500 and no body', faults.empty(500)],
    ['a lost answer', faults.reset({ processed: true })],
    ['an endpoint that refuses the client', faults.oauthError('invalid_client', { status: 401 })],
    ['a scope that is refused', faults.oauthError('invalid_scope')],
  ])('sends no password because of %s', async (_what, fault) => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow();
    expect(passwords()).toBe(1);
    expect((await scene.stored(flow))?.refreshToken).toBeDefined();
  });

  test('takes a wrong password for one typed error, and keeps what is stored', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    const before = await scene.stored(flow);
    scene.server.revokeRefreshToken(before?.refreshToken ?? '');
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'password' }, faults.oauthError('invalid_grant'));
    const error = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject({
      code: 'INVALID_GRANT',
      retryable: false,
      remedy: expect.stringContaining('password'),
    });
    expect(passwords()).toBe(2);
    expect((await scene.stored(flow))?.toJSON()).toEqual(before?.toJSON());
  });

  test('says where a scope comes from that its login asks for and no option names', async () => {
    scene.server.nextAnswers({ grantType: 'password' }, faults.oauthError('invalid_scope'));
    await expect(flowOf({ scope: 'trapi' }).getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'TOKEN_REQUEST_REFUSED',
      remedy: expect.stringMatching(/^Check scope.*logout\(\)/),
    });
  });

  test('reads a password that is a function whenever it sends it', async () => {
    const given = ['first', 'second'];
    const flow = flowOf({ password: () => Promise.resolve(given.shift() ?? '') });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['password']).toBe('first');
    scene.server.revokeRefreshToken((await scene.stored(flow))?.refreshToken ?? '');
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['password']).toBe('second');
  });

  test('says when its password cannot be fetched, and sends nothing', async () => {
    const flow = flowOf({ password: () => Promise.reject(new Error('the vault is sealed')) });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'CLIENT_SECRET_UNAVAILABLE' });
    scene.server.ledger.assertTokenRequests(0);
  });

  test('keeps the tokens of each user apart', async () => {
    const [ada, bob] = [flowOf(), flowOf({ username: 'bob' })];
    expect(ada.key).toContain('account=ada');
    expect(bob.key).not.toBe(ada.key);
    expect(await ada.getAccessTokenRefreshIfNecessary()).not.toBe(await bob.getAccessTokenRefreshIfNecessary());
    expect(flowOf({ account: 'tenant' }).key).toContain('account=tenant');
    expect(() => ada.withAccount('bob')).toThrow(TypeError);
  });

  test('gives a subclass options that can be copied', () => {
    class Copied extends PasswordFlow {
      copy(): object {
        return { ...this.options };
      }
    }
    const options = { ...scene.options(), username: 'ada', password: 'pass-word-1', scope: 'trapi' };
    expect(new Copied(options).copy()).toMatchObject({ ...options, account: 'ada' });
  });

  test.each([{ username: '' }, { password: '' }, { username: 1 as never }, { password: undefined as never }])(
    'refuses %p at once',
    (options) => {
      expect(() => flowOf(options)).toThrow(TypeError);
    },
  );

  test('says when the server refuses the client', async () => {
    scene.server.nextAnswers({ grantType: 'password' }, faults.oauthError('unauthorized_client'));
    await expect(flowOf().getAccessTokenRefreshIfNecessary()).rejects.toThrow(ClientRejectedError);
  });
});
