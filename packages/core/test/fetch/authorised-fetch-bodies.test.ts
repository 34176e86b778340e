import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenEndpointUnavailableError } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

const bytes = new TextEncoder().encode('hello');
const form = new FormData();
form.set('field', 'hello');

/** What arrived at the API, one line for each request. */
const arrived = (): { method: string; body: string; type: unknown; length: unknown }[] =>
  scene.server.ledger.filter({ endpoint: 'api' }).map(({ method, body, headers }) => ({
    method,
    body,
    type: headers['content-type'],
    length: headers['content-length'],
  }));

const upload = (): RequestInit =>
  ({ method: 'POST', body: new Blob(['in pieces']).stream(), duplex: 'half' }) as RequestInit;

describe('a request that is sent again after a 401', () => {
  test.each<[string, BodyInit | null | undefined]>([
    ['no body', undefined],
    ['null', null],
    ['text', 'hello'],
    ['bytes', bytes],
    ['an ArrayBuffer', bytes.buffer],
    ['a DataView', new DataView(bytes.buffer)],
    ['a Blob', new Blob(['hello'], { type: 'text/plain' })],
    ['a File', new File(['hello'], 'hello.txt')],
    ['form fields', new URLSearchParams({ field: 'hello' })],
    ['a form', form],
  ])('brings its body again: %s', async (_name, body) => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    const response = await flow.fetch(scene.server.api, { method: 'POST', ...(body !== undefined && { body }) });
    expect(response.status).toBe(200);
    const [first, second, ...rest] = arrived();
    expect(rest).toEqual([]);
    expect(second?.length).toBe(first?.length);
    if (body === form) expect(second?.body).toContain('hello');
    else expect(second).toEqual(first);
  });

  test.each([
    ['with a body', { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }],
    ['without one', { method: 'DELETE' }],
  ])('may be a Request %s', async (_name, init) => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    const response = await flow.fetch(new Request(scene.server.api, init));
    expect(response.status).toBe(200);
    const [first, second] = arrived();
    expect(second).toEqual(first);
    expect(first).toMatchObject({ method: init.method, body: 'body' in init ? init.body : '' });
    if ('body' in init) expect(second?.length).toBe(String(init.body.length));
  });

  test('may be a Request around a stream, of which a copy is kept', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    expect((await flow.fetch(new Request(scene.server.api, upload()))).status).toBe(200);
    expect(arrived().map(({ body }) => body)).toEqual(['in pieces', 'in pieces']);
  });
});

describe('a stream as the body', () => {
  test('cannot be sent again: the 401 is returned whole, and the next attempt has a new token', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    const response = await flow.fetch(scene.server.api, upload());
    expect([response.status, await response.json()]).toEqual([401, { status: 401 }]);
    expect(arrived()).toHaveLength(1);
    expect((await flow.fetch(scene.server.api, upload())).status).toBe(200);
    expect([scene.renewals, arrived().length]).toEqual([1, 2]);
  });

  test('does not hide that the renewal failed', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(503));
    await expect(flow.fetch(scene.server.api, upload())).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
  });
});

/** As that of Node 24.14 and 24.15: a 401 to a stream is an error of its own. */
const hiding: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status !== 401) return response;
  throw new TypeError('fetch failed', { cause: new Error('expected non-null body source') });
};

describe('a stream whose 401 the fetch hides', () => {
  test.each<[string, () => string | URL]>([
    ['a text', () => scene.server.api],
    ['a URL', () => new URL(scene.server.api)],
  ])('has a 401 all the same, and a new token the next time, at %s', async (_what, api) => {
    await scene.loggedIn();
    scene.server.expireAccessTokens();
    const flow = scene.flow({ fetch: hiding });
    expect((await flow.fetch(api(), upload())).status).toBe(401);
    expect((await flow.fetch(api(), upload())).status).toBe(200);
    expect([scene.renewals, arrived().length]).toEqual([1, 2]);
  });

  test('is sent again where a Request holds it', async () => {
    await scene.loggedIn();
    scene.server.expireAccessTokens();
    const response = await scene.flow({ fetch: hiding }).fetch(new Request(scene.server.api, upload()));
    expect(response.status).toBe(200);
    expect(arrived().map(({ body }) => body)).toEqual(['in pieces', 'in pieces']);
  });

  test('rejects, and renews nothing, where it was another failure', async () => {
    await scene.loggedIn();
    const failure = new TypeError('fetch failed', { cause: new Error('other side closed') });
    const flow = scene.flow({ fetch: () => Promise.reject(failure) });
    await expect(flow.fetch(scene.server.api, upload())).rejects.toBe(failure);
    expect(scene.renewals).toBe(0);
  });
});

describe('a Request whose body was read before', () => {
  test('is refused as fetch refuses it', async () => {
    const flow = await scene.loggedIn();
    const request = new Request(scene.server.api, { method: 'POST', body: 'hello' });
    await request.text();
    await expect(flow.fetch(request)).rejects.toMatchObject({ name: 'TypeError' });
    expect(arrived()).toEqual([]);
  });
});

describe('the answer that is replaced', () => {
  test('is let go of, so that its connection is free', async () => {
    await scene.loggedIn();
    let isCancelled = false;
    const refusal = new ReadableStream({ cancel: () => void (isCancelled = true) });
    const answers = [new Response(refusal, { status: 401 }), new Response('fine')];
    const flow = scene.flow({
      fetch: (url, init) =>
        (url as string | URL).toString().endsWith('/api') ? Promise.resolve(answers.shift()!) : fetch(url, init),
    });
    expect(await (await flow.fetch(scene.server.api)).text()).toBe('fine');
    expect(isCancelled).toBe(true);
  });

  test('is let go of too when the renewal fails', async () => {
    await scene.loggedIn();
    let isCancelled = false;
    const refusal = new ReadableStream({ cancel: () => void (isCancelled = true) });
    const flow = scene.flow({
      fetch: (url, init) =>
        (url as string | URL).toString().endsWith('/api')
          ? Promise.resolve(new Response(refusal, { status: 401 }))
          : fetch(url, init),
    });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(503));
    await expect(flow.fetch(scene.server.api)).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    expect(isCancelled).toBe(true);
  });
});

test('A stream that calls itself a form, as that of the package form-data does, is not sent again', async () => {
  const flow = await scene.loggedIn();
  scene.server.expireAccessTokens();
  const body = Object.defineProperty(Readable.from(['hello']), Symbol.toStringTag, { value: 'FormData' });
  const init = { method: 'POST', body, duplex: 'half' } as unknown as RequestInit;
  expect((await flow.fetch(scene.server.api, init)).status).toBe(401);
  expect(arrived()).toHaveLength(1);
});
