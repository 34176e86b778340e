import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AuthFlowError,
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  DeviceCodeFlow,
  JwtBearerFlow,
  PasswordFlow,
  RefreshTokenFlow,
  type StoredAuthFlow,
  type StoredAuthFlowOptions,
  TokenExchangeFlow,
} from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

let server: Server;
let origin = '';
let requests: string[] = [];
/** What the token endpoint answers, one after another; the last one stays. */
let answers: Answer[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const isToken = request.url === '/token';
    let form = '';
    request.on('data', (chunk: Buffer) => (form += chunk.toString()));
    request.on('end', () => {
      if (isToken) requests.push(form);
      const device = { device_code: 'dc', user_code: 'uc', verification_uri: origin, expires_in: 600, interval: 1 };
      const answer = isToken ? answers[0] : { body: JSON.stringify(device) };
      if (isToken && answers.length > 1) answers.shift();
      response.writeHead(answer?.status ?? 200, { 'content-type': answer?.type ?? 'application/json' });
      response.end(answer?.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  requests = [];
});

const clock = new TestClock({ autoAdvance: true });

/** Each flow, and what makes it ask for tokens. */
const flows: Record<string, (options: StoredAuthFlowOptions) => { flow: StoredAuthFlow; ask: () => Promise<unknown> }> =
  {
    'client credentials': (options) => byCall(new ClientCredentialsFlow(options)),
    refresh: (options) => byCall(new RefreshTokenFlow({ ...options, refreshToken: 'given' })),
    password: (options) => byCall(new PasswordFlow({ ...options, username: 'ada', password: 'pw' })),
    exchange: (options) => byCall(new TokenExchangeFlow({ ...options, subjectToken: 'st', subjectTokenType: 'jwt' })),
    'jwt bearer': (options) => byCall(new JwtBearerFlow({ ...options, assertion: () => 'assertion' })),
    'device code': (options) => {
      const flow = new DeviceCodeFlow({ ...options, promptUser: () => undefined });
      return { flow, ask: () => flow.doFlow() };
    },
    'authorization code': (options) => {
      const flow = new AuthorizationCodeFlow({ ...options, redirectUri: `${origin}/back` });
      const state = { state: 's', codeVerifier: 'v'.repeat(43), redirectUri: `${origin}/back` };
      return { flow, ask: () => flow.completeAuthorization(`${origin}/back?code=c&state=s&iss=${origin}`, state) };
    },
  };

function byCall(flow: StoredAuthFlow): { flow: StoredAuthFlow; ask: () => Promise<unknown> } {
  return { flow, ask: () => flow.getAccessTokenRefreshIfNecessary() };
}

/** What the application hears of a request: the error, or what is wrong with the answer beside its tokens. */
async function heard(name: string, more: Partial<StoredAuthFlowOptions> = {}): Promise<unknown> {
  const endpoints = { tokenEndpoint: `${origin}/token`, issuer: origin };
  const options = {
    server: { ...endpoints, authorizationEndpoint: origin, deviceAuthorizationEndpoint: `${origin}/device` },
    clientId: 'app',
    clientSecret: 'secret',
    clock,
    ...more,
  };
  const made = flows[name]?.(options);
  if (!made) throw new Error(`There is no flow ${name}.`);
  const told: string[] = [];
  made.flow.events.on('answerInvalid', ({ problem }) => told.push(problem.message));
  try {
    await made.ask();
    return { told, token: made.flow.accessToken };
  } catch (error) {
    const { message, code, status } = error as AuthFlowError & { readonly status?: number };
    return { told, message, code, status, name: (error as Error).name };
  }
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const idToken = (claims: object): string => {
  const now = Math.floor(clock.now() / 1000);
  const payload = { iss: origin, aud: 'app', sub: 'ada', iat: now, exp: now + 3600, ...claims };
  return `${base64({ alg: 'RS256' })}.${base64(payload)}.c2ln`;
};
const good = { access_token: 'at', token_type: 'Bearer', expires_in: 3600 };
const json = (change: object): Answer => ({ body: JSON.stringify({ ...good, ...change }) });

/** Successes: whether there is something in them that the protocol library has a word against. */
const successes: Record<string, readonly [answer: () => Answer, isFaulty: boolean]> = {
  'as the RFC has it': [() => json({}), false],
  'with a refresh token and scopes': [() => json({ refresh_token: 'rt', scope: 'a b' }), false],
  'with an id token': [() => json({ id_token: idToken({}) }), false],
  'with an id token of another issuer': [() => json({ id_token: idToken({ iss: 'https://other.example' }) }), true],
  'with an id token for another client': [() => json({ id_token: idToken({ aud: 'other' }) }), true],
  'with an id token that has ended': [() => json({ id_token: idToken({ exp: 1 }) }), true],
  'with an id token that is none': [() => json({ id_token: 'x' }), true],
  'without a type': [() => json({ token_type: undefined }), true],
  'with a type of its own': [() => json({ token_type: 'mac' }), true],
  'with an ended lifetime': [() => json({ expires_in: -5 }), true],
  'with a lifetime as text': [() => json({ expires_in: '3600' }), false],
  'with an empty refresh token': [() => json({ refresh_token: '' }), false],
  'with scopes as a list': [() => json({ scope: ['a', 'b'] }), false],
  'with status 201': [() => ({ ...json({}), status: 201 }), false],
  'as a form': [() => ({ body: 'access_token=at&expires_in=3600', type: 'application/x-www-form-urlencoded' }), false],
  'as text': [() => ({ ...json({}), type: 'text/plain' }), false],
};

describe.each(Object.keys(flows))('one request is made, and as much is said as by the library: %s', (name) => {
  test.each(Object.entries(successes))('answered %s', async (_what, [answer, isFaulty]) => {
    answers = [answer()];
    const own = await heard(name);
    expect(requests).toHaveLength(1);
    // What asks for an id token is sent by the library, which so says what there is to say.
    expect(await heard(name, { scope: 'openid a b' })).toEqual(own);
    expect(requests).toHaveLength(2);
    const { told } = own as { readonly told: string[] };
    expect(told.length > 0).toBe(isFaulty);
  });
});

const refusals: Record<string, Answer> = {
  invalid_grant: { status: 400, body: '{"error":"invalid_grant","error_description":"no"}' },
  invalid_client: { status: 401, body: '{"error":"invalid_client"}' },
  invalid_scope: { status: 400, body: '{"error":"invalid_scope"}' },
  'a page': { status: 200, type: 'text/html', body: '<p>Hello</p>' },
  'a success without a token': { body: '{"token_type":"Bearer"}' },
  nothing: { status: 200, body: '' },
  'an outage': { status: 503, type: 'text/html', body: 'later' },
  'a redirect': { status: 302, body: '' },
};

const polled = 'device code'; // it asks again after most of these
describe.each(Object.keys(flows).filter((name) => name !== polled))('a failure is told alike: %s', (name) => {
  test.each(Object.entries(refusals))('%s', async (_what, answer) => {
    answers = [answer];
    const own = await heard(name);
    const asked = requests.length;
    expect(await heard(name, { scope: 'openid' })).toEqual(own);
    expect([asked, requests.length]).toEqual([1, 2]);
    expect(own).toHaveProperty('message');
  });
});

describe('how the client proves who it is', () => {
  test.each<[string, Partial<StoredAuthFlowOptions>]>([
    ['a secret in the header', {}],
    ['a secret in the body', { clientAuthentication: 'client_secret_post' }],
    ['nothing', { clientSecret: undefined }],
    ['a signature by the secret', { clientAuthentication: 'client_secret_jwt', clientSecret: 's'.repeat(32) }],
    ['a proof of a key', { dpop: true }],
    ['a certificate', { clientAuthentication: 'tls_client_auth', clientSecret: undefined }],
  ])('costs one request, whatever came: %s', async (_what, options) => {
    for (const answer of [json({}), json({ id_token: idToken({ aud: 'other' }) })]) {
      requests = [];
      answers = [answer];
      const { told } = (await heard('client credentials', options)) as { readonly told: string[] };
      expect(told).toHaveLength('id_token' in (JSON.parse(answer.body) as object) ? 1 : 0);
      expect(requests).toHaveLength(1);
    }
  });

  test('is the same in a request of our own and in one by the library', async () => {
    answers = [json({})];
    for (const clientAuthentication of ['client_secret_basic', 'client_secret_post', 'none'] as const) {
      requests = [];
      await heard('refresh', { clientAuthentication });
      await heard('refresh', { clientAuthentication, scope: 'openid' });
      expect(requests[1]).toBe(requests[0]);
    }
  });
});

test('a request that is made again is answered once', async () => {
  answers = [{ status: 503, body: 'later' }, json({ id_token: idToken({ aud: 'other' }) })];
  const { told } = (await heard('client credentials', { retry: { attempts: 3 } })) as { readonly told: string[] };
  expect(told).toHaveLength(1);
  expect(requests).toHaveLength(2);
});
