import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  ClientRejectedError,
  type DeviceCodeFlowOptions,
  DiscoveryError,
  NoRefreshTokenError,
  NoTokensError,
  RefreshTokenFlow,
  TokenEndpointUnavailableError,
  TokenRequestError,
  TokenSet,
  UnauthenticatedError,
  UnauthorizedError,
} from '@latchkey/core';
import { type Answer, FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

describe('importTokens', () => {
  test('takes an export of another place, and goes on with it', async () => {
    const exported = JSON.stringify((await scene.loggedIn()).tokens);
    const flow = scene.flow({ account: 'moved' });
    const reasons: string[] = [];
    const moved = scene.flow({
      account: 'moved',
      storage: scene.storageWith({
        save: (key, tokens, context) => {
          reasons.push(context.reason);
          return scene.storage.save(key, tokens, context);
        },
      }),
    });
    await moved.importTokens(TokenSet.from(exported));
    expect(reasons).toEqual(['import']);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(moved.accessToken);
    expect((await scene.stored(flow))?.stamp?.key).toBe(flow.key);
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    scene.server.ledger.assertNoReuse();
  });

  test('takes a bare refresh token, which the next call redeems', async () => {
    const { refreshToken } = await scene.loggedIn();
    const flow = scene.flow({ account: 'moved' });
    await flow.importTokens({ refresh_token: refreshToken });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(scene.renewals).toBe(1);
  });

  test('replaces what is stored, and is seen by others at their next renewal', async () => {
    const flow = await scene.loggedIn();
    const other = await scene.loggedIn({ account: 'other' });
    await scene.flow().importTokens(other.tokens);
    expect((await flow.reload())?.accessToken).toBe(other.accessToken);
  });

  test('refuses what holds no token, and keeps what is stored', async () => {
    const flow = await scene.loggedIn();
    for (const nothing of [{}, { scope: 'read' }, [] as never, 'text' as never]) {
      await expect(flow.importTokens(nothing)).rejects.toThrow(/token record/);
    }
    expect(await scene.stored(flow)).toBeDefined();
  });

  test('does not wait for a caller that is aborted', async () => {
    const flow = scene.flow({ storage: scene.storageWith({ withLock: () => new Promise(() => undefined) }) });
    const call = flow.importTokens({ access_token: 'x' }, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(call).rejects.toThrow('enough');
  });
});

describe('introspect', () => {
  const withPlace = () =>
    scene.loggedIn({
      server: {
        issuer: scene.server.issuer,
        tokenEndpoint: scene.server.tokenEndpoint,
        deviceAuthorizationEndpoint: `${scene.server.issuer}/device_authorization`,
        introspectionEndpoint: `${scene.server.issuer}/introspect`,
      },
    });

  test('says what the server thinks of the access token and of the refresh token', async () => {
    const flow = await withPlace();
    expect(await flow.introspect()).toMatchObject({ active: true, client_id: 'cli', sub: 'ada', token_type: 'Bearer' });
    expect(await flow.introspect('refresh_token')).toMatchObject({ active: true, sub: 'ada' });
    const hints = scene.server.ledger.entries.map(({ parameters }) => parameters['token_type_hint']);
    expect(hints).toEqual(['access_token', 'refresh_token']);
    await scene.expire();
    expect(await flow.introspect()).toEqual({ active: false });
  });

  test('reads what is stored first', async () => {
    const { options } = { options: await withPlace() };
    const later = scene.flow({
      server: { tokenEndpoint: scene.server.tokenEndpoint, introspectionEndpoint: `${scene.server.issuer}/introspect` },
      key: options.key,
    });
    expect(await later.introspect()).toMatchObject({ active: true });
  });

  test('says what is missing: tokens, a refresh token, a place to ask', async () => {
    await expect(scene.flow().introspect()).rejects.toThrow(NoTokensError);
    const flow = await scene.loggedIn();
    await expect(flow.introspect()).rejects.toThrow(DiscoveryError);
    await flow.importTokens({ access_token: 'x' });
    await expect(flow.introspect('refresh_token')).rejects.toThrow(NoRefreshTokenError);
  });

  test.each([
    [faults.html(503), TokenEndpointUnavailableError],
    [faults.reset({ processed: true }), TokenEndpointUnavailableError],
    [faults.empty(401), ClientRejectedError],
    [faults.oauthError('invalid_client', { status: 401 }), ClientRejectedError],
    [faults.html(200), TokenRequestError],
    [faults.echoSecrets(), TokenRequestError],
  ])('tells failures apart: $name', async (fault, ErrorClass) => {
    const flow = await withPlace();
    scene.server.nextAnswers({ endpoint: 'introspect' }, fault);
    const error = await flow.introspect().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain(flow.accessToken);
  });
});

describe('fetchUserInfo', () => {
  const loggedIn = (options: Partial<DeviceCodeFlowOptions> = {}) =>
    scene.loggedIn({ issuer: scene.server.issuer, server: undefined, ...options });

  test('gives the claims, with a valid access token', async () => {
    const flow = await loggedIn();
    expect(await flow.fetchUserInfo()).toEqual({ sub: 'ada' });
    await scene.expire();
    expect(await flow.fetchUserInfo()).toEqual({ sub: 'ada' });
    expect(scene.renewals).toBe(1);
  });

  test('gives the claims where no id token says whose they are', async () => {
    const flow = await loggedIn({ scope: 'offline_access' });
    expect(flow.tokens.idToken).toBeUndefined();
    expect(await flow.fetchUserInfo()).toEqual({ sub: 'ada' });
  });

  test('renews a token that the server refuses, once, and then says so', async () => {
    const flow = await loggedIn();
    scene.server.expireAccessTokens();
    expect(await flow.fetchUserInfo()).toEqual({ sub: 'ada' });
    scene.server.nextAnswers({ endpoint: 'userinfo', times: 9 }, faults.empty(401));
    await expect(flow.fetchUserInfo()).rejects.toThrow(UnauthenticatedError);
    scene.server.clearFaults();
    scene.server.nextAnswers({ endpoint: 'userinfo' }, faults.empty(403));
    await expect(flow.fetchUserInfo()).rejects.toThrow(UnauthorizedError);
  });

  test('sends the token to an endpoint of another origin, but to no other', async () => {
    await using other = await FakeAuthorizationServer.start();
    const flow = await loggedIn({
      issuer: undefined,
      server: {
        tokenEndpoint: scene.server.tokenEndpoint,
        deviceAuthorizationEndpoint: `${scene.server.issuer}/device_authorization`,
        userinfoEndpoint: `${other.issuer}/userinfo`,
      },
    });
    await expect(flow.fetchUserInfo()).rejects.toThrow(UnauthenticatedError);
    expect(other.ledger.entries[0]?.accessToken).toMatch(/^at_/);
    await flow.fetch(other.api);
    expect(other.ledger.entries.at(-1)?.accessToken).toBeUndefined();
  });

  test('gives out no claims about another user', async () => {
    const flow = await loggedIn();
    scene.server.nextAnswers(
      { endpoint: 'userinfo' },
      faults.changeFields(() => ({ sub: 'bob' })),
    );
    await expect(flow.fetchUserInfo()).rejects.toMatchObject({ code: 'USER_INFO_INVALID' });
  });

  test.each([
    [faults.html(503), 'TOKEN_ENDPOINT_UNAVAILABLE'],
    [faults.reset({ processed: true }), 'TOKEN_ENDPOINT_UNAVAILABLE'],
    [faults.html(200), 'TOKEN_REQUEST_REFUSED'],
    [faults.changeFields(() => ({ name: 'Ada' })), 'USER_INFO_INVALID'],
  ])('tells failures apart: $name', async (fault, code) => {
    const flow = await loggedIn();
    scene.server.nextAnswers({ endpoint: 'userinfo' }, fault);
    await expect(flow.fetchUserInfo()).rejects.toMatchObject({ code });
  });

  test.each<[string, string, (authorization: string) => Answer]>([
    [
      '401',
      'UNAUTHENTICATED',
      (token) => ({
        status: 401,
        headers: { 'www-authenticate': `Bearer error_description="bad ${token}"` },
        body: '',
      }),
    ],
    [
      '400',
      'TOKEN_REQUEST_REFUSED',
      (token) => ({
        status: 400,
        headers: {},
        body: JSON.stringify({ error: 'x', error_description: `bad ${token}` }),
      }),
    ],
  ])('shows no token that the server echoes with status %s', async (_status, code, answer) => {
    const flow = await loggedIn();
    const shown = [flow.accessToken];
    scene.server.nextAnswers(
      { endpoint: 'userinfo', times: 9 },
      { name: 'echo', before: ({ request }) => answer(String(request.headers.authorization)) },
    );
    const error = await flow.fetchUserInfo().catch((reason: unknown) => reason);
    shown.push(flow.accessToken);
    expect(error).toMatchObject({ code, errorDescription: 'bad Bearer [redacted]' });
    const text = inspect(error, { depth: 9, showHidden: true });
    for (const token of shown) {
      for (let at = 0; at + 8 <= token.length; at++) expect(text).not.toContain(token.slice(at, at + 8));
    }
  });

  test('reads no signed answer, and says so', async () => {
    const flow = await loggedIn();
    const signed = { status: 200, headers: { 'content-type': 'application/jwt; charset=utf-8' }, body: 'e30.e30.c2ln' };
    scene.server.nextAnswers({ endpoint: 'userinfo' }, { name: 'signed', before: () => signed });
    await expect(flow.fetchUserInfo()).rejects.toMatchObject({
      code: 'USER_INFO_INVALID',
      message: expect.stringContaining('signed'),
    });
  });

  test('says when the server has no such place, and when a login is needed', async () => {
    await expect((await scene.loggedIn()).fetchUserInfo()).rejects.toThrow(DiscoveryError);
    const nobody = scene.flow({ issuer: scene.server.issuer, server: undefined, account: 'nobody' });
    await expect(nobody.fetchUserInfo()).rejects.toThrow(NoTokensError);
  });
});

describe('a server that wants revocations as JSON', () => {
  test('gets client, token and hint as JSON, and each token ends', async () => {
    scene.server.configure({ revocation: 'json' });
    const flow = await scene.loggedIn({ dialect: { revocationFormat: 'json' } });
    const { refreshToken, accessToken } = flow;
    await flow.logout();
    const sent = scene.server.ledger.entries.filter(({ endpoint }) => endpoint === 'revoke');
    expect(sent.map(({ headers }) => headers['content-type'])).toEqual(['application/json', 'application/json']);
    expect(sent.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { client_id: 'cli', token: refreshToken, token_type_hint: 'refresh_token' },
      { client_id: 'cli', token: accessToken, token_type_hint: 'access_token' },
    ]);
    await using grants = await GrantScene.start();
    const dead = new RefreshTokenFlow({
      ...grants.options(),
      issuer: scene.server.issuer,
      clientId: 'cli',
      refreshToken,
    });
    await expect(dead.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
  });

  test('refuses a form, which is told after the deletion', async () => {
    scene.server.configure({ revocation: 'json' });
    const flow = await scene.loggedIn();
    await expect(flow.logout()).rejects.toMatchObject({ code: 'REVOCATION_FAILED' });
    expect(await scene.stored(flow)).toBeUndefined();
  });
});

describe('A page in place of an answer withholds no token that is still valid', () => {
  test.each(['token', 'discovery'] as const)('of the endpoint: %s', async (endpoint) => {
    await using grants = await GrantScene.start();
    const options = { ...grants.options(), clientSecret: 'machine-secret', renewAhead: false };
    const token = await new ClientCredentialsFlow(options).getAccessTokenRefreshIfNecessary();
    await grants.clock.advance(3_550_000);
    grants.server.nextAnswers({ endpoint, times: 9 }, faults.html(200));
    const flow = new ClientCredentialsFlow({ ...options, storage: grants.options().storage });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
    grants.server.clearFaults();
    expect(await flow.getAccessTokenRefreshIfNecessary()).not.toBe(token);
  });
});
