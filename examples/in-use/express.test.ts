import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../dist/in-use/express.js';

let server: FakeAuthorizationServer;
let flow: AuthorizationCodeFlow;
let service: Server;
let home: string;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start();
  service = createServer().listen(0, '127.0.0.1');
  await once(service, 'listening');
  home = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  flow = new AuthorizationCodeFlow({
    issuer: server.issuer,
    clientId: 'web',
    redirectUri: `${home}/callback`,
    scope: 'offline_access',
  });
  service.on('request', createApp(flow, server.api));
});

afterEach(async () => {
  service.closeAllConnections();
  service.close();
  await server.stop();
});

/** A browser with a cookie of its own, which is sent to this service only. */
class Browser {
  cookie = '';

  async get(url: string): Promise<Response> {
    const headers = { cookie: url.startsWith(home) ? this.cookie : '' };
    const response = await fetch(url, { headers, redirect: 'manual' });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';')[0] ?? '';
    return response;
  }

  /** Follows redirects to their end. */
  async open(url: string): Promise<Response> {
    const response = await this.get(url);
    const next = response.headers.get('location');
    return next === null ? response : this.open(new URL(next, url).href);
  }
}

async function logIn(as: string): Promise<Browser> {
  server.configure({ subject: as });
  const browser = new Browser();
  await browser.open(`${home}/login`);
  return browser;
}

async function user(browser: Browser): Promise<unknown> {
  const response = await browser.get(`${home}/files`);
  return response.status === 200 ? ((await response.json()) as { sub: string }).sub : response.headers.get('location');
}

describe('an Express app with a token for each user', () => {
  test('logs users in, and calls the API as each of them', async () => {
    const [ada, bob] = [await logIn('ada'), await logIn('bob')];
    expect(await user(ada)).toBe('ada');
    expect(await user(bob)).toBe('bob');
    expect(await user(new Browser())).toBe('/login');
  });

  test('renews the token of one user once, for all requests of that user', async () => {
    const [ada, bob] = [await logIn('ada'), await logIn('bob')];
    server.expireAccessTokens();
    const names = await Promise.all([ada, ada, ada, bob, bob].map(user));
    expect(names).toEqual(['ada', 'ada', 'ada', 'bob', 'bob']);
    server.ledger.assertTokenRequests(2, { grantType: 'refresh_token' });
  });

  test('takes a callback only from the browser that began the login, and once', async () => {
    const browser = new Browser();
    const began = await browser.get(`${home}/login`);
    const approved = await browser.get(began.headers.get('location') ?? '');
    const callback = approved.headers.get('location') ?? '';
    expect((await new Browser().get(callback)).status).toBe(400);
    const prefetch = { cookie: browser.cookie, 'sec-purpose': 'prefetch' };
    expect((await fetch(callback, { headers: prefetch, redirect: 'manual' })).status).toBe(503);
    expect((await browser.get(callback)).headers.get('location')).toBe('/files');
    expect((await browser.get(callback)).status).toBe(400);
    server.ledger.assertTokenRequests(1);
  });

  test('gives the browser another session at the end of a login, which whoever began it does not know', async () => {
    const [browser, other] = [new Browser(), new Browser()];
    const began = await browser.get(`${home}/login`);
    other.cookie = browser.cookie; // as if it had been planted
    await browser.open(began.headers.get('location') ?? '');
    expect(await user(other)).toBe('/login');
    expect(await user(browser)).toBe('ada');
  });

  test.each([
    [401, 502],
    [403, 502],
    [503, 503],
  ])('tells no browser the %i of the login server, but %i', async (status, told) => {
    const ada = await logIn('ada');
    server.expireAccessTokens();
    server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, faults.html(status));
    expect((await ada.get(`${home}/files`)).status).toBe(told);
    expect((await ada.get(`${home}/files`)).status).not.toBe(302); // the login lives
  });

  test('hands on an answer of the API that is no JSON', async () => {
    const ada = await logIn('ada');
    server.nextAnswers({ endpoint: 'api' }, faults.html(502));
    const answer = await ada.get(`${home}/files`);
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('<h1>502</h1>')]);
    const kept = ['content-security-policy', 'x-content-type-options'].map((name) => answer.headers.get(name));
    expect(kept).toEqual(['sandbox', 'nosniff']); // no script in it is one of the app
  });

  test.each([
    ['a picture', 'image/png', [0x89, 0x50, 0x4e, 0x47, 0xff]],
    ['a page that names its charset itself', 'text/html', [0x3c, 0x70, 0x3e, 0xe4]],
    ['what has a type of its own', 'odd', [0xff]],
  ])('hands on %s as it is', async (_what, type, bytes) => {
    const api = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(Buffer.from(bytes));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
    service.removeAllListeners('request').on('request', createApp(flow, url));
    const answer = await (await logIn('ada')).get(`${home}/files`);
    expect(answer.headers.get('content-type')).toBe(type);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual(bytes);
    api.closeAllConnections();
    api.close();
  });
});
