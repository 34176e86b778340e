import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ApiKeyFlow,
  type AuthFlow,
  ClientCredentialsFlow,
  JwtBearerFlow,
  PasswordFlow,
  RefreshTokenFlow,
  TokenExchangeFlow,
  type TokenSet,
} from '@latchkey/core';
import { inspect } from 'node:util';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

type Make = (given: never) => AuthFlow;
const flowsBy: [string, Make][] = [
  ['clientSecret', (clientSecret) => new ClientCredentialsFlow({ ...scene.options(), clientSecret })],
  ['refreshToken', (refreshToken) => new RefreshTokenFlow({ ...scene.options(), refreshToken })],
  ['assertion', (assertion) => new JwtBearerFlow({ ...scene.options(), assertion })],
  ['subjectToken', (subjectToken) => new TokenExchangeFlow({ ...scene.options(), subjectToken, account: 'a' })],
  ['actorToken', (actorToken) => new TokenExchangeFlow({ ...scene.options(), subjectToken: 's', actorToken })],
  ['apiKey', (apiKey) => new ApiKeyFlow({ apiKey })],
];
const around: [string, string][] = [
  ['a line end behind it', 'top-s3cret\n'],
  ['a line end of Windows behind it', 'top-s3cret\r\n'],
  ['a space before it', ' top-s3cret'],
  ['a byte order mark before it', '\uFEFFtop-s3cret'],
  ['a line end in it', 'top-\ns3cret'],
];

describe.each(flowsBy)('the option %s', (name, make) => {
  test.each(around)('with %s is the caller’s mistake, told at once or before anything is sent', async (_what, text) => {
    const early = (): unknown => make(text as never);
    expect(early).toThrow(TypeError);
    expect(early).toThrow(name);
    const error: unknown = await make((() => text) as never)
      .getAccessTokenRefreshIfNecessary()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(name);
    expect(inspect(error)).not.toMatch(/top-|s3cret/);
    scene.server.ledger.assertTokenRequests(0);
  });
});

const notEmpty: [string, Make][] = [
  ...flowsBy.filter(([name]) => name !== 'clientSecret' && name !== 'apiKey'),
  ['password', (password) => new PasswordFlow({ ...scene.options(), username: 'ada', password })],
  ['clientAssertion.from', (from) => new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from } })],
];

describe.each(notEmpty)('the option %s', (name, make) => {
  test('whose function gives an empty text sends nothing', async () => {
    const call = make((() => '') as never).getAccessTokenRefreshIfNecessary();
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_SECRET_UNAVAILABLE', mayHaveArrived: false });
    await expect(call).rejects.toThrow(name);
    scene.server.ledger.assertTokenRequests(0);
  });
});

describe('a subclass that asks for a grant by logIn', () => {
  const logIn = async (flow: object): Promise<TokenSet> => (flow as { logIn(): Promise<TokenSet> }).logIn();
  const given = (): string => `e30.${btoa('{"sub":"ada"}')}.`;

  test.each<[string, () => AuthFlow]>([
    ['password', () => new PasswordFlow({ ...scene.options(), username: 'ada', password: given })],
    ['assertion', () => new JwtBearerFlow({ ...scene.options(), assertion: given })],
    ['subject_token', () => new TokenExchangeFlow({ ...scene.options(), subjectToken: given, account: 'ada' })],
  ])('sends the %s that its option gives', async (field, make) => {
    const flow = make();
    const { accessToken } = await logIn(flow);
    expect(scene.lastForm[field]).toBe(given());
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(accessToken);
  });

  test('stores the refresh token that its option gives, which the next call redeems', async () => {
    const refreshToken = await scene.refreshToken();
    const flow = new RefreshTokenFlow({ ...scene.options(), refreshToken: () => refreshToken });
    expect((await logIn(flow)).refreshToken).toBe(refreshToken);
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['refresh_token']).toBe(refreshToken);
  });
});

describe('a client id', () => {
  test('with a line end behind it is the caller’s mistake', () => {
    expect(() => new ClientCredentialsFlow({ ...scene.options(), clientId: 'app\n' })).toThrow(
      /^clientId begins or ends/,
    );
  });
});

describe('a client’s secret', () => {
  test('may have a space in it (RFC 6749 appendix A.2)', async () => {
    const clientSecret = 'correct horse';
    await new ClientCredentialsFlow({ ...scene.options(), clientSecret }).getAccessTokenRefreshIfNecessary();
    expect(scene.server.ledger.tokenRequests[0]?.clientSecret).toBe(clientSecret);
  });
});

describe('a password', () => {
  const make = (password: string | (() => string), username = 'ada'): PasswordFlow =>
    new PasswordFlow({ ...scene.options(), username, password });

  test('may begin and end with a space, which is a part of it (RFC 6749 appendix A.16)', async () => {
    await make(' a pass word ').getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['password']).toBe(' a pass word ');
  });

  test('cannot hold a line end, nor can a user name', async () => {
    expect(() => make('pw\n')).toThrow(/^password holds a line end/);
    expect(() => make('pw', 'ada\n')).toThrow(/^username holds a line end/);
    await expect(make(() => 'pw\r').getAccessTokenRefreshIfNecessary()).rejects.toThrow(/^password holds a line end/);
    scene.server.ledger.assertTokenRequests(0);
  });
});
