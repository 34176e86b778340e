import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthFlow,
  ClientCredentialsFlow,
  ClientRejectedError,
  DeviceCodeFlow,
  LoginRequiredError,
} from '@latchkey/core';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { inspect } from 'node:util';
import { Agent } from 'undici';
import { createAxios } from '../dist/in-use/axios.js';
import { createGot } from '../dist/in-use/got.js';
import { createKy } from '../dist/in-use/ky.js';
import { createOpenapiClient } from '../dist/in-use/openapi-fetch.js';
import { createFlow } from '../dist/in-use/undici.js';

interface Sent {
  readonly status: number;
  readonly body: unknown;
}
/** Posts `{ name: 'a' }` to `/files` of a place; what is refused is an answer too. */
type Post = (flow: AuthFlow, place: string) => Promise<Sent>;

const json = { name: 'a' };
/** The place that each client is made for; it may be asked for another. */
let api: string;
let dispatched = 0;
const agent = new Agent();
const counting = agent.compose((dispatch) => (options, handler) => {
  dispatched++;
  return dispatch(options, handler);
});

const clients: Readonly<Record<string, Post>> = {
  async ky(flow, place) {
    const response = await createKy(flow, api)(`${place}/files`, {
      prefixUrl: '',
      method: 'post',
      json,
      throwHttpErrors: false,
    });
    return { status: response.status, body: await response.json() };
  },
  async axios(flow, place) {
    const { status, data } = await createAxios(flow, api).post(`${place}/files`, json, { validateStatus: () => true });
    return { status, body: data };
  },
  async got(flow, place) {
    const client = createGot(flow, api).extend({ throwHttpErrors: false, responseType: 'json', prefixUrl: '' });
    const { statusCode, body } = await client.post(`${place}/files`, { json });
    return { status: statusCode, body };
  },
  async 'openapi-fetch'(flow, place) {
    const { response, data, error } = await createOpenapiClient(flow, api).POST('/files', {
      body: json,
      baseUrl: place,
    });
    return { status: response.status, body: data ?? error };
  },
  async undici(flow, place) {
    const response = await flow.fetch(`${place}/files`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    });
    return { status: response.status, body: await response.json() };
  },
};

let server: FakeAuthorizationServer;
let elsewhere: FakeAuthorizationServer;
let flow: AuthFlow;

beforeEach(async () => {
  [server, elsewhere] = await Promise.all([FakeAuthorizationServer.start(), FakeAuthorizationServer.start()]);
  ({ api } = server);
});

afterEach(async () => {
  await Promise.all([server.stop(), elsewhere.stop()]);
});

afterAll(() => agent.close());

describe.each(Object.entries(clients))('%s with the token of a flow', (name, post) => {
  beforeEach(() => {
    const options = { issuer: server.issuer, clientId: 'client', clientSecret: 'secret' };
    flow = name === 'undici' ? createFlow(counting, options) : new ClientCredentialsFlow(options);
  });

  test('sends the token and the body', async () => {
    expect((await post(flow, api)).status).toBe(200);
    const [request] = server.ledger.filter({ endpoint: 'api' });
    expect(request?.accessToken).toBe(flow.accessToken);
    expect(JSON.parse(request?.body ?? '')).toEqual(json);
  });

  test('renews a token that is refused once, and repeats the request once', async () => {
    await post(flow, api);
    const refused = flow.accessToken;
    server.expireAccessTokens();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(flow, api)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    server.ledger.assertTokenRequests(2);
    const requests = server.ledger.filter({ endpoint: 'api' }).slice(1);
    expect(requests.filter(({ accessToken }) => accessToken === refused)).toHaveLength(8);
    expect(requests.filter(({ accessToken }) => accessToken === flow.accessToken)).toHaveLength(8);
    for (const { body } of requests) expect(JSON.parse(body)).toEqual(json);
  });

  test('returns the 401 when the renewed token is refused too', async () => {
    server.nextAnswers({ endpoint: 'api', times: 2 }, faults.oauthError('invalid_token', { status: 401 }));
    expect((await post(flow, api)).status).toBe(401);
    expect(server.ledger.filter({ endpoint: 'api' })).toHaveLength(2);
    server.ledger.assertTokenRequests(2);
  });

  test("rejects with the flow's error, or with one whose cause that is", async () => {
    server.nextAnswers({ endpoint: 'token', times: Infinity }, faults.oauthError('invalid_client', { status: 401 }));
    const error: unknown = await post(flow, api).catch((thrown: unknown) => thrown);
    const isWrapped = name === 'axios' || name === 'got'; // as docs/fetch.md has it
    expect(isWrapped ? (error as Error).cause : error).toBeInstanceOf(ClientRejectedError);
  });

  test('shows the token to no other origin, asked directly or by a redirect', async () => {
    expect((await post(flow, elsewhere.api)).status).toBe(401);
    server.nextAnswers({ endpoint: 'api' }, faults.redirect(`${elsewhere.api}/files`, { status: 307 }));
    expect((await post(flow, api)).status).toBe(401);
    const strangers = elsewhere.ledger.entries;
    expect(strangers.length).toBeGreaterThanOrEqual(2);
    for (const { headers } of strangers) expect(headers['authorization']).toBeUndefined();
    expect(server.ledger.filter({ endpoint: 'api' })[0]?.accessToken).toBe(flow.accessToken);
  });
});

test('undici sends the requests for tokens through the dispatcher too', async () => {
  const options = { issuer: server.issuer, clientId: 'client', clientSecret: 'secret' };
  const before = dispatched;
  await clients['undici']!(createFlow(counting, options), api);
  expect(dispatched - before).toBe(server.ledger.count());
  expect(server.ledger.count()).toBeGreaterThanOrEqual(3); // discovery, the token, the API
});

test('ky tries nothing again that only a login helps', async () => {
  let told = 0;
  const person = new DeviceCodeFlow({ issuer: server.issuer, clientId: 'client', promptUser: () => undefined });
  person.events.on('loginRequired', () => told++);
  await expect(createKy(person, api).get('files')).rejects.toBeInstanceOf(LoginRequiredError);
  expect(told).toBe(1);
});

describe('got', () => {
  beforeEach(() => {
    flow = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'client', clientSecret: 'secret' });
  });

  test("leaves a caller's own header as it is, also where that is refused, here or elsewhere", async () => {
    const client = createGot(flow, api).extend({ throwHttpErrors: false, prefixUrl: '' });
    for (const place of [elsewhere, server]) {
      const { statusCode } = await client(`${place.api}/files`, { headers: { authorization: 'Bearer of-the-caller' } });
      expect(statusCode).toBe(401);
      const requests = place.ledger.filter({ endpoint: 'api' });
      expect(requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer of-the-caller']);
    }
    server.ledger.assertTokenRequests(0);
  });

  test('shows the token in no error that is printed, of a refusal or of a request that was given up', async () => {
    const client = createGot(flow, api);
    const thrown = (request: Promise<unknown>): Promise<unknown> => request.catch((error: unknown) => error);
    server.nextAnswers({ endpoint: 'api' }, faults.empty(404));
    const refused = await thrown(client('files'));
    const [gate, left] = [server.hold({ endpoint: 'api' }), new AbortController()];
    const givenUp = thrown(client('files', { signal: left.signal }));
    await gate.arrived;
    left.abort();
    const errors = [refused, await givenUp];
    gate.release();
    expect(errors).toMatchObject([{ code: 'ERR_NON_2XX_3XX_RESPONSE' }, { code: 'ERR_ABORTED' }]);
    for (const error of errors) {
      expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain(flow.accessToken);
    }
  });

  test('tries again by itself where the API cannot answer for now', async () => {
    server.nextAnswers({ endpoint: 'api' }, faults.empty(503));
    const retry = { calculateDelay: ({ computedValue }: { computedValue: number }) => Math.min(computedValue, 1) };
    expect((await createGot(flow, api)('files', { retry })).statusCode).toBe(200);
    expect(server.ledger.filter({ endpoint: 'api' })).toHaveLength(2);
  });

  test('takes the token away where a redirect leads to the same host without TLS', async () => {
    const client = createGot(flow, 'https://api.example.org');
    const [before] = client.defaults.options.hooks.beforeRequest;
    const request = { url: new URL('http://api.example.org/files'), headers: { authorization: 'Bearer t' } };
    await before?.({ ...request, context: { shown: 'Bearer t' } } as never, { retryCount: 0 });
    expect(request.headers).toEqual({});
  });
});
