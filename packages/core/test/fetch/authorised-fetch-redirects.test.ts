import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow, type DeviceCodeFlowOptions } from '@latchkey/core';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { redirectTarget } from '../../dist/fetch/http-redirect.js';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;
let other: FakeAuthorizationServer;
let third: FakeAuthorizationServer;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
  [other, third] = [await FakeAuthorizationServer.start(), await FakeAuthorizationServer.start()];
});
afterEach(async () => {
  await Promise.all([other.stop(), third.stop(), scene[Symbol.asyncDispose]()]);
});

/** Lets the next request to a server's API be redirected. */
function redirectOnce(from: FakeAuthorizationServer, to: string, status = 302): void {
  from.nextAnswers({ endpoint: 'api' }, faults.redirect(to, { status }));
}

/** What a server's API was sent: method, path, token, body. */
const asked = (server: FakeAuthorizationServer): (string | undefined)[][] =>
  server.ledger
    .filter({ endpoint: 'api' })
    .map(({ method, path, accessToken, body }) => [method, path, accessToken, body]);

describe('a redirect', () => {
  test('to the same origin keeps the token', async () => {
    const flow = await scene.loggedIn();
    redirectOnce(scene.server, 'api/files?a=b#part');
    const response = await flow.fetch(`${scene.server.api}#here`);
    expect([response.status, response.redirected, response.url]).toEqual([
      200,
      true,
      `${scene.server.issuer}/api/files?a=b`,
    ]);
    expect(asked(scene.server).map(([, path, token]) => [path, token])).toEqual([
      ['/api', flow.accessToken],
      ['/api/files?a=b', flow.accessToken],
    ]);
  });

  test('to an origin that is allowed keeps the token', async () => {
    const flow = await scene.loggedIn({ allowedOrigins: [other.issuer] });
    const { accessToken } = flow;
    redirectOnce(scene.server, other.api);
    await flow.fetch(scene.server.api);
    expect(asked(other)[0]?.[2]).toBe(accessToken);
  });

  test.each([301, 302, 303, 307, 308])('A12 to any other origin does not bring the token: %i', async (status) => {
    const flow = await scene.loggedIn();
    redirectOnce(scene.server, other.api, status);
    const response = await flow.fetch(scene.server.api);
    expect([response.status, response.redirected]).toEqual([401, true]);
    expect(asked(other)).toEqual([['GET', '/api', undefined, '']]);
    expect(scene.renewals).toBe(0);
  });

  test('A12 to another name of this machine does not bring the token', async () => {
    const flow = await scene.loggedIn();
    redirectOnce(scene.server, scene.server.api.replace('127.0.0.1', 'localhost'));
    expect((await flow.fetch(scene.server.api)).status).toBe(401);
    expect(asked(scene.server).map(([, , token]) => token)).toEqual([flow.accessToken, undefined]);
  });

  test('and back does not bring the token again', async () => {
    const flow = await scene.loggedIn();
    redirectOnce(scene.server, other.api);
    redirectOnce(other, scene.server.api);
    expect((await flow.fetch(scene.server.api)).status).toBe(401);
    expect(asked(scene.server).map(([, , token]) => token)).toEqual([flow.accessToken, undefined]);
    expect(scene.renewals).toBe(0);
  });

  test('to an allowed origin that refuses the token renews it, and asks there again', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    redirectOnce(scene.server, '/api/files', 307);
    expect((await flow.fetch(scene.server.api, { method: 'POST', body: 'hello' })).status).toBe(200);
    expect(asked(scene.server).map(([method, path, , body]) => [method, path, body])).toEqual([
      ['POST', '/api', 'hello'],
      ['POST', '/api/files', 'hello'],
      ['POST', '/api/files', 'hello'],
    ]);
    expect(scene.renewals).toBe(1);
  });

  test('of a renewed token is no refusal of it: the next 401 is renewed again', async () => {
    const flow = await scene.loggedIn();
    for (const round of [1, 2]) {
      scene.server.expireAccessTokens();
      scene.server.nextAnswers({ endpoint: 'api' }, { name: 'none', before: () => undefined });
      redirectOnce(scene.server, '/api/files', 307);
      expect((await flow.fetch(scene.server.api)).status).toBe(200);
      expect(scene.renewals).toBe(round);
    }
  });

  test('from https: never brings the token to http:, though it be allowed', async () => {
    await scene.loggedIn();
    const flow = scene.flow({
      allowedOrigins: ['https://api.example.org'],
      fetch: (url, init) =>
        (url as string).startsWith('https:')
          ? Promise.resolve(new Response(null, { status: 302, headers: { location: scene.server.api } }))
          : fetch(url, init),
    });
    expect((await flow.fetch('https://api.example.org/')).status).toBe(401);
    expect(asked(scene.server)[0]?.[2]).toBeUndefined();
  });

  test('keeps a caller’s headers at the same origin, and what is meant for one origin to it', async () => {
    const flow = await scene.loggedIn({ allowedOrigins: [other.issuer] });
    const headers = { 'x-mine': 'yes', cookie: 'a=b', 'proxy-authorization': 'Basic eDp5' };
    redirectOnce(scene.server, '/api/2');
    redirectOnce(scene.server, other.api);
    const { accessToken } = flow;
    await flow.fetch(scene.server.api, { headers });
    const seen = [...scene.server.ledger.filter({ endpoint: 'api' }), other.ledger.entries[0]!];
    expect(seen.map((entry) => [entry.accessToken, entry.headers['x-mine'], entry.headers['cookie']])).toEqual([
      [accessToken, 'yes', 'a=b'],
      [accessToken, 'yes', 'a=b'],
      [accessToken, 'yes', undefined],
    ]);
  });

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'hello'],
    [308, 'POST', 'POST', 'hello'],
    [301, 'PUT', 'PUT', 'hello'],
    [302, 'PUT', 'PUT', 'hello'],
    [303, 'PUT', 'GET', ''],
  ])('%i turns %s into %s, as fetch does', async (status, method, expected, body) => {
    const flow = await scene.loggedIn();
    const init = { method, body: 'hello', headers: { 'content-type': 'text/x-mine', 'content-language': 'en' } };
    const forms = [() => flow.fetch(scene.server.api, init), () => flow.fetch(new Request(scene.server.api, init))];
    for (const send of forms) {
      scene.server.ledger.clear();
      redirectOnce(scene.server, '/api/2', status);
      expect((await send()).status).toBe(200);
      const { headers } = scene.server.ledger.entries[1]!;
      expect(asked(scene.server)[1]).toEqual([expected, '/api/2', flow.accessToken, body]);
      expect([headers['content-type'], headers['content-language'], headers['content-length']]).toEqual(
        body === '' ? [undefined, undefined, undefined] : ['text/x-mine', 'en', '5'],
      );
    }
  });

  test('of a stream turns into a GET by 303, and cannot be followed otherwise', async () => {
    const flow = await scene.loggedIn();
    const upload = (): RequestInit =>
      ({ method: 'POST', body: new Blob(['in pieces']).stream(), duplex: 'half' }) as RequestInit;
    redirectOnce(scene.server, '/api/2', 303);
    expect((await flow.fetch(scene.server.api, upload())).status).toBe(200);
    redirectOnce(scene.server, '/api/2', 307);
    await expect(flow.fetch(scene.server.api, upload())).rejects.toMatchObject({ name: 'TypeError' });
  });

  test('is the caller’s when the caller says so', async () => {
    const flow = await scene.loggedIn();
    redirectOnce(scene.server, other.api);
    const response = await flow.fetch(scene.server.api, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, other.api]);
    redirectOnce(scene.server, other.api);
    const request = new Request(scene.server.api, { redirect: 'manual' });
    expect((await flow.fetch(request)).status).toBe(302);
    redirectOnce(scene.server, other.api);
    await expect(flow.fetch(scene.server.api, { redirect: 'error' })).rejects.toMatchObject({ name: 'TypeError' });
    expect(asked(other)).toEqual([]);
  });

  test('may come twenty times, and no more', async () => {
    const flow = await scene.loggedIn();
    const again = (times: number): void =>
      scene.server.nextAnswers({ endpoint: 'api', times }, faults.redirect('/api', { status: 302 }));
    again(20);
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    again(21);
    await expect(flow.fetch(scene.server.api)).rejects.toThrow('More than 20 redirects');
  });

  test('ends with the caller’s signal', async () => {
    const flow = await scene.loggedIn();
    for (const inRequest of [false, true]) {
      const controller = new AbortController();
      redirectOnce(scene.server, other.api);
      const gate = other.hold({ endpoint: 'api' });
      const { signal } = controller;
      const answer = inRequest
        ? flow.fetch(new Request(scene.server.api, { signal }))
        : flow.fetch(scene.server.api, { signal });
      await gate.arrived;
      controller.abort(new Error('enough'));
      await expect(answer).rejects.toThrow('enough');
      gate.release();
    }
  });
});

describe('a location', () => {
  const from = 'https://api.example.org/a/b#part';
  const to = (location: string | undefined, status = 302): string | undefined =>
    redirectTarget(new Response(null, { status, headers: location === undefined ? {} : { location } }), from)?.href;

  test.each([
    ['c', 'https://api.example.org/a/c#part'],
    ['/c#other', 'https://api.example.org/c#other'],
    ['//evil.test/', 'https://evil.test/#part'],
    ['\\\\evil.test/', 'https://evil.test/#part'],
    ['?x', 'https://api.example.org/a/b?x#part'],
    ['', 'https://api.example.org/a/b#part'],
    ['/b\xc3\xbccher', 'https://api.example.org/b%C3%BCcher#part'],
  ])('%j leads to %s', (location, expected) => expect(to(location)).toBe(expected));

  test.each([
    'ftp://evil.test/',
    'data:text/plain,x',
    'https://user:pw@evil.test/',
    'https://[',
    'https://evil.test:0x/',
  ])('%j cannot be followed', (location) => expect(() => to(location)).toThrow(TypeError));

  test('means nothing without a status of redirection, and none is no redirect', () => {
    expect([to('/c', 200), to('/c', 304), to(undefined)]).toEqual([undefined, undefined, undefined]);
  });
});

/** A flow that shows its token in a header that no fetch knows of. */
class KeyHeaderFlow extends DeviceCodeFlow {
  protected override tokenHeader(token: string): readonly [string, string] {
    return ['X-API-Key', token];
  }
}

describe('a token in a header of one’s own', () => {
  const loggedIn = async (options: Partial<DeviceCodeFlowOptions> = {}): Promise<KeyHeaderFlow> => {
    await scene.loggedIn();
    const { issuer, tokenEndpoint } = scene.server;
    const { clock, storage } = scene;
    const server = { issuer, tokenEndpoint };
    const scope = 'openid offline_access';
    return new KeyHeaderFlow({ server, clientId: 'cli', scope, clock, storage, ...options });
  };
  const keys = (server: FakeAuthorizationServer): unknown[] =>
    server.ledger.filter({ endpoint: 'api' }).map(({ headers }) => headers['x-api-key']);

  test('goes to allowed origins, and is stripped on the way to another', async () => {
    const flow = await loggedIn({ allowedOrigins: [other.issuer] });
    const accessToken = await flow.getAccessTokenRefreshIfNecessary();
    scene.server.nextAnswers({ endpoint: 'api' }, faults.redirect(other.api));
    other.nextAnswers({ endpoint: 'api' }, faults.redirect(third.api));
    await flow.fetch(scene.server.api, { headers: { 'x-mine': 'yes' } });
    expect([keys(scene.server), keys(other), keys(third)]).toEqual([[accessToken], [accessToken], [undefined]]);
    expect(third.ledger.entries[0]?.headers['x-mine']).toBe('yes');
  });

  test('is the caller’s own by that name, and leaves an authorization of the caller’s alone', async () => {
    const flow = await loggedIn();
    scene.server.nextAnswers({ endpoint: 'api', times: 2 }, faults.empty(200));
    await flow.fetch(scene.server.api, { headers: { 'x-api-key': 'mine' } });
    await flow.fetch(scene.server.api, { headers: { authorization: 'Basic eDp5' } });
    expect(keys(scene.server)).toEqual(['mine', flow.accessToken]);
    expect(scene.server.ledger.entries[1]?.headers['authorization']).toBe('Basic eDp5');
  });
});

describe('where redirects cannot be seen, as in browsers', () => {
  /** A fetch that hides a redirect to `/api/2`, and follows it when told. */
  const browser: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.endsWith('/api') || request.redirect === 'follow') return fetch(request);
    const response = new Response(null);
    const hidden = { type: 'opaqueredirect', status: 0, ok: false };
    for (const [name, value] of Object.entries(hidden)) Object.defineProperty(response, name, { value });
    return response;
  };

  test('a GET is left to the browser, which strips authorization itself', async () => {
    await scene.loggedIn();
    const flow = scene.flow({ fetch: browser });
    await flow.getAccessTokenRefreshIfNecessary();
    scene.server.expireAccessTokens();
    scene.server.nextAnswers({ endpoint: 'api' }, faults.redirect('/api/2', { status: 302 }));
    scene.server.nextAnswers({ endpoint: 'api' }, { name: 'none', before: () => undefined });
    scene.server.nextAnswers({ endpoint: 'api' }, faults.redirect('/api/2', { status: 302 }));
    const response = await flow.fetch(scene.server.api);
    expect([response.status, response.redirected]).toEqual([200, true]);
    expect(scene.renewals).toBe(1);
  });

  test('a 401 of another origin, which got no token, renews nothing', async () => {
    const flow = await scene.loggedIn({ fetch: browser });
    redirectOnce(scene.server, other.api);
    const response = await flow.fetch(scene.server.api);
    expect([response.status, response.url]).toEqual([401, other.api]);
    expect(asked(other)).toEqual([['GET', '/api', undefined, '']]);
    expect(scene.renewals).toBe(0);
  });

  test('a request that acts, or a header that a browser does not know, is refused', async () => {
    await scene.loggedIn();
    const flow = scene.flow({ fetch: browser });
    await expect(flow.fetch(scene.server.api, { method: 'POST' })).rejects.toThrow('redirect cannot be followed here');
    const { server, clock, storage } = scene;
    const { issuer, tokenEndpoint } = server;
    const keyed = new KeyHeaderFlow({
      server: { issuer, tokenEndpoint },
      clientId: 'cli',
      clock,
      storage,
      fetch: browser,
    });
    await expect(keyed.fetch(scene.server.api)).rejects.toThrow('redirect cannot be followed here');
    expect(asked(scene.server)).toEqual([]);
  });

  test('what the caller wants to see is returned', async () => {
    await scene.loggedIn();
    const response = await scene.flow({ fetch: browser }).fetch(scene.server.api, { redirect: 'manual' });
    expect(response.type).toBe('opaqueredirect');
  });
});
