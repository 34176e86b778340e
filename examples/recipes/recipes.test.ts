import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  LoginRequiredError,
  MemoryTokenStorage,
} from '@latchkey/core';
import { asOtherProcess, FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { callWithToken, tokenCredentials } from '../dist/recipes/grpc.js';
import { crossAppFlow } from '../dist/recipes/id-jag.js';
import { apiRoute } from '../dist/recipes/next-route.js';
import { createOctokit } from '../dist/recipes/octokit.js';
import { providerOf } from '../dist/recipes/vscode-authentication.js';

let server: FakeAuthorizationServer;
let storage: MemoryTokenStorage;
let options: AuthorizationCodeFlowOptions;
let flow: AuthorizationCodeFlow;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ idTokens: {} });
  const redirect = async (start: (uri: string) => Promise<URL>): Promise<string> => {
    const page = await fetch(await start('http://127.0.0.1/callback'), { redirect: 'manual' });
    return page.headers.get('location') ?? '';
  };
  storage = new MemoryTokenStorage();
  options = {
    ...{ issuer: server.issuer, clientId: 'app', scope: 'openid', storage, redirect },
    redirectUri: 'http://127.0.0.1/callback',
  };
  flow = new AuthorizationCodeFlow(options);
});
afterEach(() => server.stop());

const renewals = (): number => server.ledger.count({ grantType: 'refresh_token' });

describe('Octokit', () => {
  test('shows the token, and renews once for all requests that are refused', async () => {
    await flow.doFlow();
    const octokit = createOctokit(flow, server.issuer);
    server.expireAccessTokens();
    const answers = await Promise.all([1, 2, 3].map(() => octokit.request('GET /api')));
    expect(answers.map(({ data }) => (data as { sub: string }).sub)).toEqual(Array(3).fill('ada'));
    expect(renewals()).toBe(1);
  });

  test('wraps the error of a flow that has no token, which is the cause', async () => {
    const request = createOctokit(flow, server.issuer).request('GET /api');
    await expect(request).rejects.toMatchObject({ status: 500, cause: expect.any(LoginRequiredError) });
  });
});

describe('gRPC', () => {
  test('shows the token in the metadata, and calls again with another when that is refused', async () => {
    await flow.doFlow();
    const shown: string[] = [];
    const grpc = new Server();
    const plain = {
      path: '/test/whoami',
      ...{ requestStream: false, responseStream: false },
      requestSerialize: (text: string) => Buffer.from(text),
      requestDeserialize: (bytes: Buffer) => bytes.toString(),
      responseSerialize: (text: string) => Buffer.from(text),
      responseDeserialize: (bytes: Buffer) => bytes.toString(),
    };
    grpc.addService(
      { whoami: plain },
      {
        whoami: (call: { metadata: Metadata }, done: (error: object | null, answer?: string) => void) => {
          const [authorization = ''] = call.metadata.get('authorization').map(String);
          shown.push(authorization);
          void fetch(server.api, { headers: { authorization } }).then(({ ok }) =>
            ok ? done(null, 'ada') : done({ code: status.UNAUTHENTICATED }),
          );
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const { Client } = await import('@grpc/grpc-js');
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const whoami = (metadata: Metadata): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = plain;
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, 'who?', metadata, (error, answer) =>
          error ? reject(error) : resolve(answer),
        );
      });
    try {
      server.expireAccessTokens();
      const answers = await Promise.all([1, 2, 3].map(() => callWithToken(flow, whoami)));
      expect(answers).toEqual(['ada', 'ada', 'ada']);
      expect(renewals()).toBe(1);
      const generate = () => tokenCredentials(flow).generateMetadata({ method_name: '', service_url: '' });
      expect((await generate()).get('authorization')).toEqual([shown.at(-1)]);
      const { refreshToken } = flow;
      await flow.importTokens({ access_token: 'ended', refresh_token: refreshToken, issued_at: 1, expires_at: 2 });
      server.nextAnswers({ endpoint: 'token', times: Infinity }, faults.html(503));
      await expect(generate()).rejects.toMatchObject({ code: status.UNAVAILABLE });
      server.clearFaults();
      await flow.logout();
      await expect(callWithToken(flow, whoami)).rejects.toMatchObject({ code: 'NO_TOKENS' });
      await expect(generate()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    } finally {
      client.close();
      grpc.forceShutdown();
    }
  });
});

describe('a route of Next.js', () => {
  test('hands requests on with the token of whoever is logged in, and nobody else’s', async () => {
    const userOf = async ({ headers }: Request): Promise<string | undefined> => headers.get('x-user') ?? undefined;
    const handler = apiRoute(flow, { api: server.issuer, userOf });
    const ask = (user?: string): Promise<Response> =>
      handler(
        new Request('https://app.example/api?x=1', {
          method: 'POST',
          body: 'text',
          headers: { cookie: 'session=secret', ...(user && { 'x-user': user }) },
        }),
      );
    await flow.withAccount('ada').doFlow();
    const answer = await ask('ada');
    expect(await answer.json()).toMatchObject({ sub: 'ada', method: 'POST', path: '/api?x=1', body: 'text' });
    // What somebody has put into the API is no page of the app.
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'content-type': expect.stringContaining('application/json'),
    });
    const [request] = server.ledger.entries.filter(({ endpoint }) => endpoint === 'api');
    expect(request?.headers['cookie']).toBeUndefined();
    expect([(await ask()).status, (await ask('grace')).status]).toEqual([401, 401]);
  });

  test.each([
    [403, 502],
    [503, 503],
  ])('says that the login server is out of order where that answers %i', async (answered, told) => {
    await flow.withAccount('ada').doFlow();
    server.expireAccessTokens();
    server.nextAnswers({ endpoint: 'token', times: Infinity }, faults.html(answered));
    const handler = apiRoute(flow, { api: server.issuer, userOf: async () => 'ada' });
    expect((await handler(new Request('https://app.example/api'))).status).toBe(told);
  });

  test('leads to no other host', async () => {
    await flow.withAccount('ada').doFlow();
    const elsewhere = await FakeAuthorizationServer.start();
    try {
      const handler = apiRoute(flow, { api: server.issuer, userOf: async () => 'ada' });
      await handler(new Request(`https://app.example//${new URL(elsewhere.issuer).host}/api`));
      expect(elsewhere.ledger.entries).toEqual([]);
    } finally {
      await elsewhere.stop();
    }
  });
});

describe('VS Code’s authentication provider', () => {
  test('has no session before it makes one, asks for further scopes, and ends it', async () => {
    const told: object[] = [];
    const changes = { event: () => ({ dispose: () => undefined }), fire: (change: object) => told.push(change) };
    const provider = providerOf(flow, changes as unknown as Parameters<typeof providerOf>[1]);
    expect(await provider.getSessions(undefined, {})).toEqual([]);
    const created = await provider.createSession([], {});
    expect(created).toMatchObject({ account: { id: 'ada', label: 'ada' }, scopes: [] });
    expect(await provider.getSessions(undefined, {})).toMatchObject([{ accessToken: created.accessToken }]);
    expect(await provider.getSessions(['mail'], {})).toEqual([]);
    const wider = await provider.createSession(['mail'], {});
    expect(await provider.getSessions(['mail'], {})).toEqual([wider]);
    await provider.removeSession(wider.id);
    expect(await provider.getSessions(undefined, {})).toEqual([]);
    expect(told.map((change) => Object.values(change).map((list: unknown[]) => list.length))).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  test('logs in again where VS Code wants a session anew, and has none after a sign-out in another window', async () => {
    const changes = { event: () => ({ dispose: () => undefined }), fire: () => undefined };
    const provider = providerOf(flow, changes as unknown as Parameters<typeof providerOf>[1]);
    const refused = await provider.createSession([], {});
    const again = await provider.createSession([], {}); // by forceNewSession
    expect(again.accessToken).not.toBe(refused.accessToken);
    expect(server.ledger.count({ grantType: 'authorization_code' })).toBe(2);
    expect(await provider.getSessions([], {})).toEqual([again]);
    await new AuthorizationCodeFlow({ ...options, storage: asOtherProcess(storage) }).logout();
    expect(await provider.getSessions(undefined, {})).toEqual([]);
  });

  test('ends a session while the server is out of order', async () => {
    const told: object[] = [];
    const changes = { event: () => ({ dispose: () => undefined }), fire: (change: object) => told.push(change) };
    const provider = providerOf(flow, changes as unknown as Parameters<typeof providerOf>[1]);
    await provider.createSession([], {});
    const { refreshToken, idToken } = flow;
    const ended = { access_token: 'ended', refresh_token: refreshToken, issued_at: 1, expires_at: 2 };
    await flow.importTokens({ ...ended, id_token: idToken });
    for (const endpoint of ['token', 'revoke'] as const)
      server.nextAnswers({ endpoint, times: Infinity }, faults.html(503));
    await provider.removeSession('any');
    expect(await flow.reload()).toBeUndefined();
    expect(told.at(-1)).toMatchObject({ removed: [{ account: { id: 'ada' } }] });
  });
});

describe('an application by the login at the employer', () => {
  let application: FakeAuthorizationServer | undefined;
  afterEach(() => application?.stop());

  test('exchanges the id token for a grant, and the grant for a token of the resource', async () => {
    application = await FakeAuthorizationServer.start({ givesRefreshToken: () => false });
    server.configure({ accessTokens: 'jwt' }); // a grant that the other server can read
    const tokens = await flow.doFlow();
    const crossApp = crossAppFlow(
      { issuer: server.issuer, clientId: 'app', idToken: () => tokens.idToken ?? '', account: 'ada' },
      {
        issuer: application.issuer,
        clientId: 'app-there',
        clientSecret: 'secret',
        resource: 'https://mcp.example/mcp',
      },
    );
    expect((await crossApp.fetch(application.api)).status).toBe(200);
    application.expireAccessTokens();
    expect((await crossApp.fetch(application.api)).status).toBe(200);
    const grants = server.ledger.filter({ grantType: 'urn:ietf:params:oauth:grant-type:token-exchange' });
    expect(grants.map(({ parameters }) => parameters)).toMatchObject(
      Array(2).fill({
        subject_token: tokens.idToken,
        requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
        audience: application.issuer,
        resource: 'https://mcp.example/mcp',
      }),
    );
    const asked = application.ledger.filter({ grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer' });
    const assertions = asked.map(({ parameters }) => parameters['assertion']);
    expect(new Set(assertions).size).toBe(2);
    expect(asked[0]?.parameters['resource']).toBe('https://mcp.example/mcp');
  });
});
