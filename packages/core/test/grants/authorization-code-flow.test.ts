import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  type AuthorizationRedirect,
  AuthorizationError,
  IssuerMismatchError,
  LoginRequiredError,
  MissingCodeError,
  NonceMismatchError,
  StateMismatchError,
  TokenRequestError,
} from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { follow } from '../scenes/follow.js';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const redirectUri = 'http://localhost:5000?app=1';

function flowOf(options: Partial<AuthorizationCodeFlowOptions> = {}): AuthorizationCodeFlow {
  return new AuthorizationCodeFlow({ ...scene.options(), redirectUri, scope: 'openid offline_access', ...options });
}

/** Starts a login and lets the server send the person back; changes what comes back. */
async function loggedIn(flow: AuthorizationCodeFlow, change: (callback: URL) => void = () => undefined) {
  const { url, state } = await flow.startAuthorization();
  const callback = new URL(await follow(url));
  change(callback);
  return { callback, state };
}

describe('startAuthorization', () => {
  test('makes a URL with PKCE, state, nonce and the redirect URI exactly as it is registered', async () => {
    const flow = flowOf({
      audience: 'https://api.example.org',
      resource: ['urn:a', 'urn:b'],
      parameters: { form: 'only' },
      authorizationParameters: { prompt: 'consent' },
    });
    const { url, state } = await flow.startAuthorization();
    const query = new URL(url).searchParams;
    expect(url.startsWith(`${scene.server.issuer}/authorize?`)).toBe(true);
    expect(Object.fromEntries(query)).toEqual({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: redirectUri,
      scope: 'openid offline_access',
      audience: 'https://api.example.org',
      resource: 'urn:b',
      prompt: 'consent',
      state: state.state,
      nonce: state.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(query.getAll('resource')).toEqual(['urn:a', 'urn:b']);
    expect(url).not.toContain(state.codeVerifier);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  test('asks for no nonce where no id token is asked for', async () => {
    const { url, state } = await flowOf({ scope: 'read openid2' }).startAuthorization();
    expect(new URL(url).searchParams.has('nonce')).toBe(false);
    expect(state).not.toHaveProperty('nonce');
  });

  test('names no scope where none is wanted', async () => {
    const { url, state } = await flowOf({ scope: undefined }).startAuthorization();
    expect(new URL(url).searchParams.has('scope')).toBe(false);
    expect(state).not.toHaveProperty('scope');
  });

  test('asks for the scopes of the login before too, which another process has made', async () => {
    const { callback, state } = await loggedIn(flowOf({ scope: 'openid read' }));
    await flowOf({ scope: 'openid read' }).completeAuthorization(callback, state);
    const wider = await flowOf({ scope: 'write' }).startAuthorization();
    const asked = new URL(wider.url).searchParams.get('scope');
    expect(asked?.split(' ').sort()).toEqual(['openid', 'read', 'write']);
    expect(wider.state).toMatchObject({ scope: asked, nonce: expect.any(String) });
  });

  test('never makes the same state, verifier or nonce twice', async () => {
    const flow = flowOf();
    const [one, two] = [(await flow.startAuthorization()).state, (await flow.startAuthorization()).state];
    expect(new Set([...Object.values(one), ...Object.values(two)]).size).toBe(8); // only the redirect URI and the scopes are the same
  });

  test('says so when the server names no authorization endpoint', async () => {
    const flow = flowOf({ issuer: undefined, server: { tokenEndpoint: scene.server.tokenEndpoint } });
    await expect(flow.startAuthorization()).rejects.toMatchObject({
      code: 'DISCOVERY_INVALID',
      message: 'server.authorizationEndpoint is missing, which is needed here.',
      remedy: expect.stringContaining('authorizationEndpoint'),
    });
  });

  test('needs a redirect URI', async () => {
    await expect(flowOf({ redirectUri: undefined }).startAuthorization()).rejects.toThrow(TypeError);
    expect(() => flowOf({ redirectUri: '/callback' })).toThrow(TypeError);
    expect(() => flowOf({ redirectUri: 'https://app.example.org/#here' })).toThrow(TypeError);
  });
});

describe('completeAuthorization', () => {
  test('redeems the code and saves the tokens, in another process than the start', async () => {
    const { callback, state } = await loggedIn(flowOf());
    const flow = flowOf();
    const tokens = await flow.completeAuthorization(callback.href, JSON.parse(JSON.stringify(state)));
    expect(scene.lastForm).toEqual({
      grant_type: 'authorization_code',
      client_id: 'app',
      code: callback.searchParams.get('code'),
      redirect_uri: redirectUri,
      code_verifier: state.codeVerifier,
    });
    expect((await scene.stored(flow))?.accessToken).toBe(tokens.accessToken);
    expect(tokens.idTokenClaims).toMatchObject({ sub: 'ada', nonce: state.nonce });
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    scene.server.ledger.assertTokenRequests(1, { grantType: 'refresh_token' });
  });

  test.each([
    ['a path and query, as a web server sees it', (url: URL) => url.pathname + url.search],
    ['the query', (url: URL) => url.search],
    ['a URL object', (url: URL) => url],
    ['a URL with another host, as behind a proxy', (url: URL) => `http://internal:8080/cb${url.search}`],
    ['a URL with a fragment', (url: URL) => `${url.href}#_=_`],
  ])('takes %s', async (_what, form) => {
    const flow = flowOf();
    const { callback, state } = await loggedIn(flow);
    expect((await flow.completeAuthorization(form(callback), state)).accessToken).toBeDefined();
  });

  test.each<[string, (url: URL) => void, new (...details: never[]) => Error, string]>([
    ['another state', (url) => url.searchParams.set('state', 'x'), StateMismatchError, 'STATE_MISMATCH'],
    ['no state', (url) => url.searchParams.delete('state'), StateMismatchError, 'STATE_MISMATCH'],
    ['two states', (url) => url.searchParams.append('state', 'x'), StateMismatchError, 'STATE_MISMATCH'],
    ['another issuer', (url) => url.searchParams.set('iss', 'https://x.test'), IssuerMismatchError, 'ISSUER_MISMATCH'],
    ['no issuer, though promised', (url) => url.searchParams.delete('iss'), IssuerMismatchError, 'ISSUER_MISMATCH'],
    [
      'access_denied',
      (url) => url.searchParams.set('error', 'access_denied'),
      AuthorizationError,
      'AUTHORIZATION_DENIED',
    ],
    ['another error', (url) => url.searchParams.set('error', 'bad_scope'), AuthorizationError, 'AUTHORIZATION_REFUSED'],
    ['no code', (url) => url.searchParams.delete('code'), MissingCodeError, 'AUTHORIZATION_CODE_MISSING'],
    ['two codes', (url) => url.searchParams.append('code', 'x'), MissingCodeError, 'AUTHORIZATION_CODE_MISSING'],
    [
      'an error that echoes a code that comes twice',
      (url) => {
        const code = url.searchParams.get('code') ?? '';
        url.searchParams.append('code', code);
        url.searchParams.set('error', code);
      },
      AuthorizationError,
      'AUTHORIZATION_REFUSED',
    ],
    ['an unknown code', (url) => url.searchParams.set('code', 'x'), TokenRequestError, 'INVALID_GRANT'],
  ])('refuses %s, and stores nothing', async (_what, change, ErrorClass, code) => {
    const flow = flowOf();
    const { callback, state } = await loggedIn(flow, change);
    const failure = await flow.completeAuthorization(callback, state).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ErrorClass);
    expect(failure).toMatchObject({ code, remedy: expect.stringMatching(/.{20}/) });
    expect(failure).not.toBeInstanceOf(LoginRequiredError);
    expect(await scene.stored(flow)).toBeUndefined();
    if (ErrorClass !== TokenRequestError) scene.server.ledger.assertTokenRequests(0);
    const text = inspect(failure, { depth: 9 }) + JSON.stringify(failure) + String((failure as Error).stack);
    for (const secret of [state.state, state.codeVerifier ?? '', callback.searchParams.get('code') ?? 'none']) {
      if (secret.length > 4) expect(text).not.toContain(secret);
    }
  });

  test('judges the state before all else, so that nobody can end a login with a made-up error', async () => {
    const flow = flowOf();
    const { state } = await loggedIn(flow);
    await expect(flow.completeAuthorization('/cb?error=access_denied&state=x', state)).rejects.toThrow(
      StateMismatchError,
    );
  });

  test('tells as the cause what an error says that bears no state, as those of OpenAuth 0.4.3', async () => {
    const flow = flowOf();
    const { state } = await loggedIn(flow);
    const words = 'error=unauthorized_client&error_description=Client+web+may+not+use+this+redirect_uri';
    const completed = flow.completeAuthorization(`/cb?${words}`, state);
    await expect(completed).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
      cause: { code: 'AUTHORIZATION_REFUSED', errorDescription: 'Client web may not use this redirect_uri' },
    });
  });

  test('takes a lost session for a mismatch', async () => {
    const { callback } = await loggedIn(flowOf());
    await expect(flowOf().completeAuthorization(callback, undefined)).rejects.toThrow(StateMismatchError);
    await expect(flowOf().completeAuthorization('/cb?code=1', undefined)).rejects.toThrow(StateMismatchError);
  });

  test('is refused by the server for a code that was redeemed before, a redirect URI or a verifier of another login', async () => {
    const flow = flowOf();
    const refused = { name: 'TokenRequestError', code: 'INVALID_GRANT', retryable: false };
    const first = await loggedIn(flow);
    await flow.completeAuthorization(first.callback, first.state);
    const before = (await scene.stored(flow))?.accessToken;
    await expect(flow.completeAuthorization(first.callback, first.state)).rejects.toMatchObject(refused);
    const { codeVerifier } = first.state;
    for (const change of [{ redirectUri: 'http://localhost:5000/other' }, { codeVerifier }]) {
      const { callback, state } = await loggedIn(flow);
      await expect(flow.completeAuthorization(callback, { ...state, ...change })).rejects.toMatchObject(refused);
    }
    expect((await scene.stored(flow))?.accessToken).toBe(before);
  });

  test('drops tokens whose id token belongs to another login', async () => {
    const flow = flowOf();
    const [one, two] = [await loggedIn(flow), await loggedIn(flow)];
    const mixed = { ...one.state, nonce: two.state.nonce };
    await expect(flow.completeAuthorization(one.callback, mixed)).rejects.toThrow(NonceMismatchError);
    expect(await scene.stored(flow)).toBeUndefined();
  });

  test.each(['read', undefined])('has the scopes of the login that was begun (%s)', async (scope) => {
    const { callback, state } = await loggedIn(flowOf({ scope }));
    const flow = flowOf({ scope: 'read write' });
    await flow.completeAuthorization(callback, state);
    expect((await scene.stored(flow))?.stamp?.requested_scope).toBe(scope);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LoginRequiredError);
    expect(await flowOf({ scope }).getAccessTokenRefreshIfNecessary()).toEqual(expect.any(String));
  });

  test('takes tokens without an id token, which servers may leave out', async () => {
    const { callback, state } = await loggedIn(flowOf());
    const withoutId = faults.changeFields(({ id_token: _left, ...rest }) => rest);
    scene.server.nextAnswers({ grantType: 'authorization_code' }, withoutId);
    expect((await flowOf().completeAuthorization(callback, state)).idToken).toBeUndefined();
  });

  test('redeems nothing for a caller that has left', async () => {
    const flow = flowOf();
    const { callback, state } = await loggedIn(flow);
    const signal = AbortSignal.abort(new Error('left'));
    await expect(flow.completeAuthorization(callback, state, { signal })).rejects.toThrow('left');
    scene.server.ledger.assertTokenRequests(0);
  });

  test('redeems each code by itself, however many come at once', async () => {
    const flow = flowOf();
    const logins = await Promise.all([loggedIn(flow), loggedIn(flow), loggedIn(flow)]);
    const forged = flow.completeAuthorization('/cb?code=1&state=x', logins[0].state).catch((error: unknown) => error);
    const done = await Promise.all(logins.map(({ callback, state }) => flow.completeAuthorization(callback, state)));
    expect(await forged).toBeInstanceOf(StateMismatchError);
    expect(new Set(done.map((tokens) => tokens.accessToken)).size).toBe(3);
  });

  test('cleans and cuts what the server says of its refusal', async () => {
    const flow = flowOf();
    const { callback, state } = await loggedIn(flow, (url) => {
      url.searchParams.set('error', 'bad\u001b[31m\nrequest');
      url.searchParams.set('error_description', `${url.searchParams.get('code')} ${'long '.repeat(200)}`);
    });
    const error = await flow.completeAuthorization(callback, state).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      error: 'bad [31m request',
      errorDescription: expect.stringMatching(/^\[redacted\] long/),
    });
    expect((error as AuthorizationError).message.length).toBeLessThan(700);
  });
});

describe('doFlow', () => {
  test('takes the person there and back by the option redirect', async () => {
    const flow = flowOf({ redirectUri: undefined, redirect: (start) => start('http://127.0.0.1:7/cb').then(follow) });
    const tokens = await flow.doFlow();
    expect(scene.lastForm['redirect_uri']).toBe('http://127.0.0.1:7/cb');
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(tokens.accessToken);
  });

  test('is one login for all who ask at once, and what a call with interactive does', async () => {
    let times = 0;
    const flow = flowOf({
      redirect: async (start) => {
        times++;
        return follow(await start(redirectUri));
      },
    });
    await Promise.all([flow.doFlow(), flow.doFlow(), flow.getAccessTokenRefreshIfNecessary({ interactive: true })]);
    expect(times).toBe(1);
  });

  test('ends when its caller leaves, and tells the redirect, which is given the option redirectUri', async () => {
    const leaving = new AbortController();
    let login: Promise<unknown> | undefined;
    const told = new Promise<unknown>((resolve) => {
      const redirect: AuthorizationRedirect = (_start, { redirectUri: given, signal }) => {
        signal.addEventListener('abort', () => resolve(given));
        leaving.abort(new Error('left'));
        return new Promise(() => undefined);
      };
      login = flowOf({ redirect }).doFlow({ signal: leaving.signal });
    });
    await expect(login).rejects.toThrow('left');
    expect(await told).toBe(redirectUri);
  });

  test('that was left in a redirect that does not notice it keeps no later login waiting', async () => {
    const leaving = new AbortController();
    let times = 0;
    const redirect: AuthorizationRedirect = async (start) => {
      if (++times > 1) return follow(await start(redirectUri));
      leaving.abort(new Error('left'));
      return new Promise(() => undefined);
    };
    const flow = flowOf({ redirect });
    await expect(flow.doFlow({ signal: leaving.signal })).rejects.toThrow('left');
    expect(await flow.doFlow()).toMatchObject({ accessToken: expect.any(String) });
  });

  test('redeems the code once where the redirect has it redeemed, and tells it how that ended', async () => {
    let told: unknown;
    const redirect: AuthorizationRedirect = async (start, { complete }) => {
      const callback = await follow(await start(redirectUri));
      told = await complete?.(callback).catch((reason: unknown) => reason);
      return callback;
    };
    const flow = flowOf({ redirect, audience: 'https://api.example.org' });
    expect(await flow.doFlow()).toMatchObject({ accessToken: expect.any(String) });
    expect(told).toBeUndefined(); // no tokens for a page to show
    expect(scene.lastForm).not.toHaveProperty('audience'); // it was said in the URL
    expect(scene.server.ledger.count({ grantType: 'authorization_code' })).toBe(1);
    scene.server.nextAnswers({ grantType: 'authorization_code' }, faults.oauthError('invalid_grant'));
    await expect(flow.doFlow()).rejects.toMatchObject({ code: 'INVALID_GRANT' });
    expect(told).toMatchObject({ code: 'INVALID_GRANT' });
  });

  test('refuses a redirect of another login', async () => {
    const other = await loggedIn(flowOf());
    const flow = flowOf({
      redirect: async (start) => {
        await start(redirectUri);
        return other.callback.href;
      },
    });
    await expect(flow.doFlow()).rejects.toThrow(StateMismatchError);
  });

  test('refuses a redirect that never began', async () => {
    const other = await loggedIn(flowOf());
    const flow = flowOf({ redirect: () => Promise.resolve(other.callback.href) });
    await expect(flow.doFlow()).rejects.toThrow(StateMismatchError);
  });

  test('needs the option redirect', async () => {
    await expect(flowOf().doFlow()).rejects.toThrow(/loopbackRedirect/);
  });

  test('drops tokens whose id token cannot be read', async () => {
    scene.server.nextAnswers(
      { grantType: 'authorization_code' },
      faults.changeFields((fields) => ({ ...fields, id_token: 'x.y.z' })),
    );
    const flow = flowOf({ scope: 'openid', redirect: (start) => start(redirectUri).then(follow) });
    await expect(flow.doFlow()).rejects.toThrow(NonceMismatchError); // what cannot be read bears no nonce
    expect(await scene.stored(flow)).toBeUndefined();
  });
});
