import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, type ClientCredentialsFlowOptions, DeviceCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import fc from 'fast-check';
import { AllowedOrigins } from '../../dist/fetch/allowed-origins.js';
import { readOptions } from '../../dist/options/flow-settings.js';
import { DeviceScene } from '../scenes/device-scene.js';

const server = { tokenEndpoint: 'https://login.example.org/oauth/token' };

interface Sent {
  readonly url: string;
  readonly authorization: string | null;
}

/** Where a request goes, and what it shows there. */
async function sent(
  input: string | URL | Request,
  { init, ...options }: Partial<ClientCredentialsFlowOptions> & { init?: RequestInit } = {},
): Promise<Sent> {
  const requests: Request[] = [];
  const flow = new ClientCredentialsFlow({
    server,
    clientId: 'm',
    clientSecret: 'machine-secret',
    allowedOrigins: ['https://api.example.org'],
    fetch: (target, given) => {
      const request = new Request(target, given);
      const isToken = request.url === server.tokenEndpoint && request.method === 'POST';
      if (!isToken) requests.push(request);
      const tokens = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 };
      return Promise.resolve(isToken ? Response.json(tokens) : new Response('fine'));
    },
    ...options,
  });
  await flow.fetch(input, init);
  expect(requests).toHaveLength(1);
  return { url: requests[0]!.url, authorization: requests[0]!.headers.get('authorization') };
}

describe('the token goes to', () => {
  test.each([
    'https://api.example.org/',
    'https://api.example.org',
    'https://api.example.org/files?a=b#c',
    'https://api.example.org:443/files',
    'HTTPS://API.Example.ORG/files',
    ' https://api.example.org/files\n',
    'https:\\\\api.example.org\\files',
    'https://api.example.org\\@evil.test/',
    'https://api.example.org/@evil.test/',
    'https://api.example.org?@evil.test/',
    'https://api.example.org#@evil.test/',
    'https:api.example.org/files',
    'https://ａｐｉ.example.org/',
    'https://api。example.org/',
    'https://login.example.org/userinfo',
  ])('an allowed origin, however it is written: %j', async (url) => {
    expect(await sent(url)).toEqual({ url: new Request(url).url, authorization: 'Bearer the-token' });
  });

  test('the authorization server’s own origin, by whichever option it is given', async () => {
    const of = (options: object): AllowedOrigins => new AllowedOrigins(readOptions({ clientId: 'm', ...options }));
    const login = 'https://login.example.org/x';
    expect(of({ issuer: 'https://login.example.org/tenant' }).resolve(login)).toBe(login);
    expect(of({ domain: 'login.example.org' }).resolve(login)).toBe(login);
    expect(of({ server: { tokenEndpoint: 'https://login.example.org/token' } }).resolve(login)).toBe(login);
    const both = { issuer: 'https://login.example.org', tokenEndpoint: 'https://tokens.example.org/' };
    expect(of({ server: both }).resolve(login)).toBe(login);
    expect(of({ server: both }).resolve('https://tokens.example.org/x')).toBe('https://tokens.example.org/x');
  });

  test.each([
    ['https://*.example.org', 'https://a.example.org/', true],
    ['https://*.example.org', 'https://a.b.example.org/', true],
    ['https://*.example.org', 'https://A.EXAMPLE.org:443/', true],
    ['https://*.example.org', 'https://example.org/', false],
    ['https://*.example.org', 'https://.example.org/', false],
    ['https://*.example.org', 'https://evilexample.org/', false],
    ['https://*.example.org', 'https://a.example.org.evil.test/', false],
    ['https://*.example.org', 'https://a.example.org:8443/', false],
    ['https://*.example.org', 'http://a.example.org/', false],
    ['https://*.example.org:8443', 'https://a.example.org:8443/', true],
    ['https://*.bücher.example', 'https://a.xn--bcher-kva.example/', true],
    ['https://bücher.example', 'https://xn--bcher-kva.example/', true],
    ['https://xn--bcher-kva.example', 'https://BÜCHER.example/', true],
    ['http://localhost:3000', 'http://localhost:3000/', true],
    ['http://[::1]:3000', 'http://[0:0:0:0:0:0:0:1]:3000/', true],
    ['http://127.0.0.1:3000', 'http://0x7f.1:3000/', true],
    ['https://api.example.org/', 'https://api.example.org/', true],
  ])('%s means %s: %s', async (entry, url, isAllowed) => {
    const { authorization } = await sent(url, { allowedOrigins: [entry] });
    expect(authorization).toBe(isAllowed ? 'Bearer the-token' : null);
  });

  test('no other place, whatever the URL', () => {
    const origins = new AllowedOrigins(
      readOptions({ clientId: 'm', server, allowedOrigins: ['https://api.example.org'] }),
    );
    const part = fc.constantFrom(
      ...['https:', 'http:', '//', '/', '\\', '@', ':', '443', '.', '?', '#', 'api.example.org', 'evil.test', ' '],
      ...['\t', '%40', '%2f', '。', 'API', 'x', '\0', '[', ']', '&'],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.boolean(), (parts, isPrefixed) => {
        const url = (isPrefixed ? 'https://api.example.org' : '') + parts.join('');
        const resolved = origins.resolve(url);
        if (resolved === undefined) return;
        for (const text of [url, resolved]) expect(new URL(text).host).toMatch(/^(api|login)\.example\.org$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the token does not go to', () => {
  test.each([
    'https://evil.test/',
    'https://api.example.org.evil.test/',
    'https://evil.test/https://api.example.org/',
    'https://evil.test\\@api.example.org/',
    'https://api.example.org:8443/',
    'https://api.example.org./',
    'https://xapi.example.org/',
    'https://x.api.example.org/',
    'https://example.org/',
    'https://аpi.example.org/',
    'http://api.example.org/',
    'http://login.example.org/',
    'https://api.example.org%2eevil.test/',
    'blob:https://api.example.org/0b8f2a',
    'data:text/plain,hello',
    'wss://api.example.org/',
  ])('%s, and the request goes on without it', async (url) => {
    expect(await sent(url)).toEqual({ url: new Request(url).url, authorization: null });
  });

  test.each(['https://api.example.org@evil.test/', 'https://user:pass@api.example.org/', '/files', '', 'https://'])(
    '%j, which fetch refuses',
    async (url) => {
      await expect(sent(url)).rejects.toMatchObject({ name: 'TypeError' });
    },
  );

  test.each(['https://user:pass@api.example.org/', 'https://user@api.example.org/', 'https://:pass@api.example.org/'])(
    '%j, even by a fetch that takes it, unlike the global one',
    async (url) => {
      const seen: (string | null)[] = [];
      const takesAll: typeof fetch = (target, init) => {
        if (target === server.tokenEndpoint) return Promise.resolve(Response.json({ access_token: 'the-token' }));
        seen.push(new Headers(init?.headers).get('authorization'));
        return Promise.resolve(new Response('fine'));
      };
      const options = { server, clientId: 'm', clientSecret: 'machine-secret', fetch: takesAll };
      const flow = new ClientCredentialsFlow({ ...options, allowedOrigins: ['https://api.example.org'] });
      for (const to of ['https://api.example.org/', url]) await flow.fetch(to);
      expect(seen).toEqual(['Bearer the-token', null]);
    },
  );

  test('any place but the issuer’s when nothing is allowed', async () => {
    const options = { allowedOrigins: undefined };
    expect((await sent('https://api.example.org/', options)).authorization).toBeNull();
    expect((await sent('https://login.example.org/userinfo', options)).authorization).toBe('Bearer the-token');
  });

  test('anywhere for a caller’s own header, which stays as it is', async () => {
    const forms: HeadersInit[] = [
      { authorization: 'Basic eDp5' },
      { AUTHORIZATION: 'Basic eDp5' },
      [['Authorization', 'Basic eDp5']],
      new Headers({ authorization: 'Basic eDp5' }),
    ];
    for (const headers of forms) {
      const { authorization } = await sent('https://api.example.org/', { init: { headers } });
      expect(authorization).toBe('Basic eDp5');
    }
    const request = new Request('https://api.example.org/', { headers: { authorization: 'Basic eDp5' } });
    expect((await sent(request)).authorization).toBe('Basic eDp5');
  });
});

describe('allowedOrigins', () => {
  test.each([
    ['*'],
    ['https://*'],
    ['https://*.org'],
    ['https://*.*.example.org'],
    ['https://a*.example.org'],
    ['https://a.*.example.org'],
    ['https://*.example.*'],
    ['https://*.0.0.1'],
    ['api.example.org'],
    ['https://api.example.org/files'],
    ['https://api.example.org?x'],
    ['https://api.example.org#x'],
    ['https://user@api.example.org'],
    ['https://@api.example.org'],
    ['https://api.example.org\\x'],
    ['http://api.example.org'],
    ['http://*.localhost'],
    ['http://localhost.example.org'],
    ['ftp://api.example.org'],
    ['https://'],
    ['https://exa mple.org'],
    ['https://example.org:99999'],
    [''],
    [42],
    [null],
  ])('with the entry %j is a TypeError that says where', (entry) => {
    const options = { server, clientId: 'm', allowedOrigins: [entry] } as ClientCredentialsFlowOptions;
    expect(() => new ClientCredentialsFlow(options)).toThrow(TypeError);
    expect(() => new ClientCredentialsFlow(options)).toThrow('allowedOrigins[0]');
  });

  test('must be an array', () => {
    const options = { server, clientId: 'm', allowedOrigins: 'https://api.example.org' };
    expect(() => new ClientCredentialsFlow(options as never)).toThrow(/allowedOrigins must be an array/);
  });
});

describe('A12: on loopback', () => {
  let scene: DeviceScene;
  let other: FakeAuthorizationServer;

  beforeEach(async () => {
    scene = await DeviceScene.start();
    other = await FakeAuthorizationServer.start();
  });
  afterEach(async () => {
    await other.stop();
    await scene[Symbol.asyncDispose]();
  });

  test('A12 the token goes to the allowed name, and not to another name, nor to another port', async () => {
    const flow = await scene.loggedIn();
    const { port } = new URL(scene.server.issuer);
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    expect((await flow.fetch(`http://localhost:${port}/api`)).status).toBe(401);
    expect((await flow.fetch(other.api)).status).toBe(401);
    const tokens = [...scene.server.ledger.entries, ...other.ledger.entries].map(({ accessToken }) => accessToken);
    expect(tokens).toEqual([flow.accessToken, undefined, undefined]);
    expect(scene.renewals).toBe(0);
  });

  test('A12 the token goes to a further origin that is allowed', async () => {
    const flow = await scene.loggedIn({ allowedOrigins: [other.issuer] });
    const { accessToken } = flow;
    await flow.fetch(other.api);
    expect(other.ledger.entries[0]?.accessToken).toBe(accessToken);
  });

  test('A12 a caller’s own header is untouched, needs no token, and its 401 renews nothing', async () => {
    const flow = await scene.loggedIn();
    const headers = { authorization: 'Bearer of-their-own' };
    expect((await flow.fetch(scene.server.api, { headers })).status).toBe(401);
    const loggedOut = new DeviceCodeFlow({ issuer: scene.server.issuer, clientId: 'somebody else' });
    expect((await loggedOut.fetch(scene.server.api, { headers })).status).toBe(401);
    expect(scene.server.ledger.entries.map(({ accessToken }) => accessToken)).toEqual(['of-their-own', 'of-their-own']);
  });
});
