import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  ClientCredentialsFlow,
  MemoryTokenStorage,
  RefreshOutcomeUnknownError,
  TokenSet,
} from '@latchkey/core';
import { asOtherProcess } from '@latchkey/core/testing';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ApprovingProvider } from '../scenes/approving-provider.js';

const redirectUri = 'http://127.0.0.1:5000/callback';
const client = {
  client_id: 'app',
  token_endpoint_auth_method: 'none' as const,
  application_type: 'native' as const,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid offline_access',
};

const dPoP = { enabled: true, nonceSecret: Buffer.alloc(32, 'n'), requireNonce: () => true };

let provider: ApprovingProvider;
let storage: MemoryTokenStorage;

beforeEach(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined); // oidc-provider's advice for production
  jest.spyOn(console, 'info').mockImplementation(() => undefined);
  storage = new MemoryTokenStorage();
  provider = await ApprovingProvider.start(client, {
    features: {
      devInteractions: { enabled: false },
      dPoP,
      pushedAuthorizationRequests: { enabled: true },
    },
  });
});
afterEach(async () => {
  await provider[Symbol.asyncDispose]();
  jest.restoreAllMocks();
});

function flowOf(options: Partial<AuthorizationCodeFlowOptions> = {}): AuthorizationCodeFlow {
  return new AuthorizationCodeFlow({
    issuer: provider.issuer,
    clientId: 'app',
    scope: 'openid offline_access',
    redirectUri,
    authorizationParameters: { prompt: 'consent' },
    redirect: async (start) => provider.visit(await start(redirectUri)),
    storage: asOtherProcess(storage),
    ...options,
  });
}

const proofs = () =>
  provider.seen
    .filter(({ path }) => path === '/token')
    .map(({ headers, status }) => ({ proof: String(headers['dpop']), status }));

describe('the option dpop, at a server that wants nonces', () => {
  test('binds tokens to a key that is stored beside them, and renews with it in another process', async () => {
    const flow = flowOf({ dpop: true });
    const tokens = await flow.doFlow();
    expect(tokens.tokenType).toBe('DPoP');
    expect(proofs().map(({ status }) => status)).toEqual([400, 200]); // first without a nonce
    const stored = (await storage.load(flow.key))?.toJSON();
    expect(stored?.dpop_key).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });

    provider.seen.length = 0;
    const renewed = await flowOf({ dpop: true }).refresh();
    expect(renewed.tokenType).toBe('DPoP');
    expect(renewed.toJSON().dpop_key).toEqual(stored?.dpop_key);
    expect(proofs().map(({ status }) => status)).toEqual([400, 200]);
    await flow.reload();
    provider.seen.length = 0;
    await flow.refresh();
    expect(proofs().map(({ status }) => status)).toEqual([200]); // this one knows a nonce
  });

  test('proves each request anew', async () => {
    await flowOf({ dpop: true }).doFlow();
    const [first, second] = proofs().map(({ proof }) => proof);
    expect(decodeProtectedHeader(second ?? '')).toEqual({
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
    });
    expect(decodeJwt(first ?? '')).not.toHaveProperty('nonce');
    expect(decodeJwt(second ?? '')).toMatchObject({
      htm: 'POST',
      htu: `${provider.issuer}/token`,
      jti: expect.any(String),
      nonce: expect.any(String),
    });
    expect(decodeJwt(first ?? '').jti).not.toBe(decodeJwt(second ?? '').jti);
  });

  test('does not take the refusal of a nonce for the answer, when the answer to the proof with one is lost', async () => {
    await flowOf({ dpop: true }).doFlow();
    let sent = 0;
    const flow = flowOf({
      dpop: true,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (init?.method === 'POST' && ++sent === 2) throw new TypeError('the connection broke');
        return answer;
      },
    });
    await expect(flow.refresh()).rejects.toThrow(RefreshOutcomeUnknownError);
    expect(sent).toBe(2);
  });

  test('signs a new assertion of the client for the proof with a nonce, since a server takes each once', async () => {
    const clientSecret = 'a secret that is long enough for HS256';
    const [clientId, clientAuthentication] = ['service', 'client_secret_jwt' as const];
    await using strict = await ApprovingProvider.start(
      {
        client_id: clientId,
        client_secret: clientSecret,
        token_endpoint_auth_method: clientAuthentication,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      { features: { clientCredentials: { enabled: true }, dPoP } },
    );
    const { issuer } = strict;
    const flow = new ClientCredentialsFlow({ issuer, clientId, clientSecret, clientAuthentication, dpop: true });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(flow.tokens.tokenType).toBe('DPoP');
    const requests = strict.seen.filter(({ path }) => path === '/token');
    expect(requests.map(({ status }) => status)).toEqual([400, 200]);
    expect(decodeJwt(String(requests[1]?.headers['dpop']))).toHaveProperty('nonce');
  });

  test('shows the key to nobody who prints the tokens', async () => {
    const tokens = await flowOf({ dpop: true }).doFlow();
    const key = tokens.toJSON().dpop_key as { d: string };
    expect(`${String(tokens)}${(await import('node:util')).inspect(tokens, { depth: 9 })}`).not.toContain(key.d);
    expect(TokenSet.from(JSON.stringify(tokens)).toJSON()).toEqual(tokens.toJSON());
  });

  test('takes no key from an answer', () => {
    expect(TokenSet.from({ access_token: 'a', dpop_key: 'text' }).toJSON()).not.toHaveProperty('dpop_key');
  });
});

describe('requests with a token that is bound to a key', () => {
  const visits = () => provider.seen.filter(({ path }) => path === '/me');

  test('prove each time that the key is held, with the nonce that the API wants', async () => {
    const flow = flowOf({ dpop: true });
    await flow.doFlow();
    expect(await flow.fetchUserInfo()).toEqual({ sub: 'ada' });
    expect(visits().map(({ status }) => status)).toEqual([401, 200]);
    const answers = [await flow.fetch(`${provider.issuer}/me`), await flow.fetch(`${provider.issuer}/me?x=1`)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(visits().map(({ status }) => status)).toEqual([401, 200, 401, 200, 200]);
    const proof = decodeJwt(String(visits().at(-1)?.headers['dpop']));
    const digest = createHash('sha256').update(flow.accessToken).digest('base64url');
    expect(proof).toMatchObject({ htm: 'GET', htu: `${provider.issuer}/me`, ath: digest, nonce: expect.any(String) });
    expect(visits().at(-1)?.headers.authorization).toBe(`DPoP ${flow.accessToken}`);
  });

  test('prove the method of a Request, whose body is sent again with the nonce', async () => {
    const flow = flowOf({ dpop: true });
    await flow.doFlow();
    const sent: (readonly [body: string, proof: Record<string, unknown>])[] = [];
    const api: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      if (!request.url.endsWith('/api')) return fetch(request);
      sent.push([await request.text(), decodeJwt(request.headers.get('dpop') ?? '')]);
      const headers = { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n-1' };
      return sent.length > 1 ? new Response('done') : new Response(null, { status: 401, headers });
    };
    const url = `${provider.issuer}/api`;
    const request = new Request(url, { method: 'PUT', body: 'x' });
    expect(await (await flowOf({ dpop: true, fetch: api }).fetch(request)).text()).toBe('done');
    expect(sent).toEqual([
      ['x', expect.not.objectContaining({ nonce: expect.anything() })],
      ['x', expect.objectContaining({ htm: 'PUT', htu: url, nonce: 'n-1' })],
    ]);
  });

  test('are refused to whoever has the token and not the key', async () => {
    const flow = flowOf({ dpop: true });
    await flow.doFlow();
    const stolen = await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${flow.accessToken}` } });
    expect(stolen.status).toBe(401);
  });

  test.each([
    ['a stream', () => new Blob(['x']).stream()],
    ['a stream of Node', () => Readable.from(['x'])],
    [
      'what an async generator makes',
      () =>
        (async function* () {
          yield Buffer.from('x');
        })(),
    ],
  ])('send no body again that can be read once: %s', async (_what, make) => {
    const flow = flowOf({ dpop: true });
    await flow.doFlow();
    const post = (body: unknown) =>
      flow.fetch(`${provider.issuer}/me`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    provider.seen.length = 0;
    const refused = await post(make());
    expect(provider.seen.filter(({ path }) => path === '/me')).toHaveLength(1);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('use_dpop_nonce');
    expect(proofs()).toEqual([]); // another token would not help
    expect((await flowOf({ dpop: true }).fetch(new Request(`${provider.issuer}/me`))).status).toBe(200);
  });
});

describe('the option pushedAuthorization', () => {
  test('sends the parameters ahead, so that the URL only refers to them', async () => {
    const flow = flowOf({ pushedAuthorization: true });
    const { url, state } = await flow.startAuthorization();
    expect([...new URL(url).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect(provider.seen.filter(({ path }) => path === '/request')).toHaveLength(1);
    const tokens = await flow.completeAuthorization(await provider.visit(url), state);
    expect(tokens.accessToken).toBeDefined();
  });

  test('is on where the server demands it', async () => {
    await using strict = await ApprovingProvider.start(client, {
      features: { pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true } },
    });
    const { url } = await flowOf({ issuer: strict.issuer }).startAuthorization();
    expect(new URL(url).searchParams.has('request_uri')).toBe(true);
    const off = await flowOf({ issuer: strict.issuer, pushedAuthorization: false }).startAuthorization();
    expect(new URL(off.url).searchParams.has('request_uri')).toBe(false);
  });

  test('says what the server has against them', async () => {
    const flow = flowOf({ pushedAuthorization: true, clientId: 'nobody' });
    await expect(flow.startAuthorization()).rejects.toMatchObject({ code: 'CLIENT_REJECTED', error: 'invalid_client' });
    const other = flowOf({ pushedAuthorization: true, redirectUri: 'http://127.0.0.1:5000/other' });
    await expect(other.startAuthorization()).rejects.toMatchObject({ code: 'TOKEN_REQUEST_REFUSED' });
    const refusing: typeof fetch = async (input, init) =>
      new Request(input, init).url.endsWith('/request')
        ? Response.json({ error: 'invalid_scope' }, { status: 400 })
        : fetch(input, init);
    const remedy = expect.stringContaining('logout()'); // a login asks for the scopes of the one before too
    await expect(flowOf({ pushedAuthorization: true, fetch: refusing }).startAuthorization()).rejects.toMatchObject({
      error: 'invalid_scope',
      remedy,
    });
  });
});
