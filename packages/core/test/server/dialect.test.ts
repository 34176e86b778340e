import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  InvalidRefreshTokenError,
  type ServerDialect,
  type TokenRequest,
} from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const renewed = async (dialect: ServerDialect): Promise<Readonly<Record<string, string>>> => {
  const flow = await scene.loggedIn({ dialect });
  await scene.expire();
  await flow.getAccessTokenRefreshIfNecessary();
  return scene.server.ledger.tokenRequests.at(-1)?.parameters ?? {};
};

describe('a dialect', () => {
  test('adds fields to renewals', async () => {
    expect(await renewed({ refreshParameters: { scope: 'api://it/.default' } })).toMatchObject({
      grant_type: 'refresh_token',
      scope: 'api://it/.default',
    });
    expect(scene.server.ledger.tokenRequests).toHaveLength(1);
  });

  test.each([
    ['token_over', 'token_over', undefined],
    ['Token_Over: it is GONE', 'token_over', 'It is gone since Monday'],
  ])('knows a dead refresh token by the words %s', async (words, error, description) => {
    const flow = await scene.loggedIn({ dialect: { deadRefreshToken: [words] } });
    await scene.expire();
    const fault = faults.oauthError(error, { status: 401, ...(description !== undefined && { description }) });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
  });

  test('takes its words for an outage where the status says so', async () => {
    const flow = await scene.loggedIn({ dialect: { deadRefreshToken: ['token_over'] } });
    await scene.expire();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('token_over', { status: 503 }));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'TOKEN_ENDPOINT_UNAVAILABLE' });
  });
});

describe('the hook request', () => {
  test('sees every request by its purpose, the client by its id, and no secret of it', async () => {
    const seen: TokenRequest[] = [];
    const request = (asked: TokenRequest): TokenRequest => {
      seen.push(structuredClone(asked));
      return asked;
    };
    const known = { clientSecret: 'the-secret-of-the-client', server: undefined, issuer: scene.server.issuer };
    const flow = await scene.loggedIn({ ...known, dialect: { request } });
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    await flow.introspect();
    await flow.logout();
    expect([...new Set(seen.map(({ purpose }) => purpose))]).toEqual([
      'device_authorization',
      'urn:ietf:params:oauth:grant-type:device_code',
      'refresh_token',
      'introspection',
      'revocation',
    ]);
    expect(new Set(seen.map(({ clientId }) => clientId))).toEqual(new Set(['cli']));
    expect(JSON.stringify(seen)).not.toContain('the-secret-of-the-client');
    expect(seen[1]?.fields).toMatchObject({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code' });
  });

  test.each([
    ['a b', 'by a form of its own'],
    ['openid b', 'by the protocol library'],
  ])(
    'renames fields, adds header fields, and leaves the proof of the client to Latchkey: %j, sent %s',
    async (scopes) => {
      const bodies: string[] = [];
      const headers: Headers[] = [];
      const flow = new ClientCredentialsFlow({
        server: { tokenEndpoint: 'https://as.example/token' },
        clientId: 'cli',
        clientSecret: 'the-secret',
        clientAuthentication: 'client_secret_post',
        scope: scopes,
        dialect: {
          request: ({ fields: { scope = '', ...fields }, headers: others, ...request }) => ({
            ...request,
            fields: { ...fields, permissions: String(scope).split(' ') },
            headers: { ...others, 'x-api': '2' },
          }),
        },
        headers: { 'x-from': 'option' },
        fetch: async (_url, init) => {
          bodies.push(String(init?.body as URLSearchParams));
          headers.push(new Headers(init?.headers));
          return Response.json({ access_token: 'at-1', token_type: 'bearer' });
        },
      });
      await flow.getAccessTokenRefreshIfNecessary();
      const permissions = scopes.split(' ').map((scope) => ['permissions', scope]);
      const proof = { grant_type: 'client_credentials', client_id: 'cli', client_secret: 'the-secret' };
      expect(bodies.map((body) => [...new URLSearchParams(body)].sort())).toEqual([
        [...Object.entries(proof), ...permissions].sort(),
      ]);
      expect([headers[0]?.get('x-api'), headers[0]?.get('x-from')]).toEqual(['2', 'option']);
    },
  );

  test('makes a JSON body, in which the proof of the client stands too', async () => {
    let sent: RequestInit | undefined;
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: 'https://as.example/token' },
      clientId: 'cli',
      clientSecret: 'the-secret',
      clientAuthentication: 'client_secret_post',
      resource: ['https://a.example', 'https://b.example'],
      dialect: { request: (request) => ({ ...request, format: 'json' }) },
      fetch: async (_url, init) => {
        sent = init;
        return Response.json({ access_token: 'at-1', token_type: 'bearer' });
      },
    });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(new Headers(sent?.headers).get('content-type')).toBe('application/json');
    expect(JSON.parse(sent?.body as string)).toEqual({
      grant_type: 'client_credentials',
      resource: ['https://a.example', 'https://b.example'],
      client_id: 'cli',
      client_secret: 'the-secret',
    });
  });

  test('makes a JSON body beside the header in which the client proves itself', async () => {
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: scene.server.tokenEndpoint },
      clientId: 'cli',
      clientSecret: 'the-secret',
      dpop: true,
      dialect: { request: (request) => ({ ...request, format: 'json' }) },
      fetch: async (_url, init) => {
        sent = new Headers(init?.headers);
        return Response.json({ access_token: 'at-1', token_type: 'dpop' });
      },
    });
    let sent = new Headers();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(sent.get('authorization')).toBe(`Basic ${btoa('cli:the-secret')}`);
    expect(sent.get('dpop')).toMatch(/^ey/);
    expect(sent.get('content-type')).toBe('application/json');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns nothing', () => undefined],
    ['returns a promise', async (request: unknown) => Promise.reject(request as Error)],
    ['returns a number as a field', () => ({ fields: { a: 1 }, headers: {}, format: 'form' })],
    ['returns no format', () => ({ fields: {}, headers: {} })],
    ['returns a broken header', () => ({ fields: {}, headers: { 'a b': '1' }, format: 'form' })],
  ])('that %s stops a renewal before the lock and any request, and tells no token', async (_what, request) => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const locked: string[] = [];
    const broken = scene.flow({
      dialect: { request: request as never },
      storage: scene.storageWith({
        withLock: (key, task, options) => {
          locked.push(key);
          return scene.storage.withLock(key, task, options);
        },
      }),
    });
    scene.server.ledger.clear();
    const error = await broken.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain('dialect.request');
    expect(String(error)).not.toContain(flow.refreshToken);
    expect([scene.server.ledger.tokenRequests, locked]).toEqual([[], []]);
  });

  test('sees the refresh token that is redeemed, though another was stored while the lock was waited for', async () => {
    await scene.loggedIn();
    await scene.expire();
    const seen: unknown[] = [];
    let moved = false;
    const flow = scene.flow({
      dialect: {
        request: (request) => {
          seen.push(request.fields['refresh_token']);
          return request;
        },
      },
      storage: scene.storageWith({
        withLock: async (key, task, options) => {
          if (!moved) {
            moved = true;
            await scene.flow().refresh();
            await scene.expire();
          }
          return scene.storage.withLock(key, task, options);
        },
      }),
    });
    await flow.getAccessTokenRefreshIfNecessary();
    const { parameters } = scene.server.ledger.tokenRequests.at(-1) ?? {};
    expect(seen).toHaveLength(2);
    expect(parameters?.['refresh_token']).toBe(seen[1]);
    expect(seen[1]).not.toBe(seen[0]);
  });
});

describe('the hook answer', () => {
  const translating: ServerDialect = {
    answer: ({ status, body }) => ({ status, body: (body['data'] as Record<string, unknown> | undefined) ?? body }),
  };

  test('brings answers to every request into OAuth’s names', async () => {
    scene.server.nextAnswers(
      { endpoint: 'device_authorization' },
      faults.changeFields((data) => ({ data })),
    );
    scene.server.nextAnswers(
      { endpoint: 'token', times: 2 },
      faults.changeFields((data) => ({ data })),
    );
    const flow = await scene.loggedIn({ dialect: translating });
    await scene.expire();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect((await scene.stored(flow))?.toJSON().latchkey?.unread).toBeUndefined();
  });

  test('reads the polls of a device in a server’s own words', async () => {
    const body = JSON.stringify({ error: { code: 31, error_subcode: 1349174 } });
    const pending: Fault = { name: 'pending', before: () => ({ status: 400, headers: {}, body }) };
    scene.server.nextAnswers({ endpoint: 'token', times: 2 }, pending);
    const flow = scene.flow({
      dialect: {
        answer: (answer) => {
          const { error_subcode: code } = Object(answer.body['error']) as { readonly error_subcode?: number };
          return code === 1349174 ? { status: 400, body: { error: 'authorization_pending' } } : answer;
        },
      },
    });
    expect((await flow.doFlow()).accessToken).toMatch(/^at_/);
    expect(scene.server.ledger.tokenRequests).toHaveLength(3);
  });

  test('turns a success into a refusal, as the server means it', async () => {
    const flow = await scene.loggedIn({
      dialect: {
        answer: ({ status, body }) =>
          body['status'] === 601 ? { status: 400, body: { error: 'invalid_grant' } } : { status, body },
      },
    });
    await scene.expire();
    const fault = faults.changeFields(() => ({ status: 601, message: 'Too late' }));
    scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InvalidRefreshTokenError);
  });

  test('that throws is no loss where the answer is in OAuth’s names, and an event tells', async () => {
    const flow = await scene.loggedIn({
      dialect: {
        answer: ({ body }) => {
          throw new Error(`cannot read ${String(body['refresh_token'])}`);
        },
      },
    });
    await scene.expire();
    const problems: string[] = [];
    flow.events.on('answerInvalid', ({ problem }) => problems.push(problem.message));
    await flow.getAccessTokenRefreshIfNecessary();
    expect(problems).toEqual(['dialect.answer failed: cannot read [redacted]']);
  });

  const body = { access_token: 'at-of-the-hook' };
  test.each<[unknown, RegExp]>([
    [{ status: 200, body: null }, /no body/],
    [{ status: 200, body: 'access_token=at' }, /no body/],
    [{ status: 200, body: [body] }, /no body/],
    [{ status: 199, body }, /no status/],
    [{ status: 600, body }, /no status/],
    [{ status: 200.5, body }, /no status/],
    [{ status: '200', body }, /no status/],
  ])('that returns %j is no loss either', async (returned, problem) => {
    const flow = await scene.loggedIn();
    const other = scene.flow({ dialect: { answer: () => returned as never } });
    await scene.expire();
    const problems: string[] = [];
    other.events.on('answerInvalid', (event) => problems.push(event.problem.message));
    expect(await other.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(other.refreshToken).not.toBe(flow.refreshToken);
  });
});

describe('a login in a browser by a dialect', () => {
  let grants: GrantScene;

  beforeEach(async () => {
    grants = await GrantScene.start();
  });
  afterEach(() => grants[Symbol.asyncDispose]());

  const started = (dialect: ServerDialect): Promise<{ url: string; state: object }> =>
    new AuthorizationCodeFlow({
      ...grants.options(),
      clientSecret: 'the-secret',
      redirectUri: 'https://app.example/cb',
      scope: 'openid',
      dialect,
    }).startAuthorization();

  test('goes without PKCE and without a nonce where the server refuses them', async () => {
    const { url, state } = await started({ pkce: false, nonce: false });
    expect(url).not.toContain('code_challenge');
    expect([...new URL(url).searchParams.keys()]).not.toContain('nonce');
    expect(Object.keys(state).sort()).toEqual(['redirectUri', 'scope', 'state']);
  });

  test('has both by default', async () => {
    const { url } = await started({});
    expect([...new URL(url).searchParams.keys()]).toEqual(expect.arrayContaining(['code_challenge', 'nonce']));
  });
});
