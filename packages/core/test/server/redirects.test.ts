import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthFlowError,
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  DeviceCodeFlow,
  MemoryTokenStorage,
} from '@latchkey/core';
import { discoverResource } from '@latchkey/core/resource';
import { ScriptedWeb } from '../resource/scripted-web.js';

const refreshToken = 'rt-of-ada-0123456789';
const clientSecret = 'secret-of-the-client';

let web: Server;
let origin: string;
let asked: string[];
let location: string | undefined;
let status: number;

beforeEach(async () => {
  [asked, location, status] = [[], 'https://login.example/oauth/?hint=of-the-query#of-the-fragment', 307];
  web = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, location === undefined ? {} : { location }).end();
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
afterEach(() => {
  web.closeAllConnections();
  web.close();
});

const options = () => ({
  clientId: 'app',
  clientSecret,
  server: {
    tokenEndpoint: `${origin}/token`,
    authorizationEndpoint: `${origin}/authorize`,
    deviceAuthorizationEndpoint: `${origin}/device`,
    pushedAuthorizationRequestEndpoint: `${origin}/par`,
    revocationEndpoint: `${origin}/revoke`,
    introspectionEndpoint: `${origin}/introspect`,
    userinfoEndpoint: `${origin}/userinfo`,
  },
});

/** A flow that holds a token, and whose server has moved. */
async function loggedIn(): Promise<DeviceCodeFlow> {
  const flow = new DeviceCodeFlow({ ...options(), promptUser: () => undefined, storage: new MemoryTokenStorage() });
  await flow.importTokens({ access_token: 'at-of-ada-0123456789', refresh_token: refreshToken, expires_in: 3600 });
  return flow;
}

const requests: Record<string, () => Promise<unknown>> = {
  '/token, for a renewal': async () => (await loggedIn()).refresh(),
  '/token, for a new grant': () => new ClientCredentialsFlow(options()).getAccessTokenRefreshIfNecessary(),
  '/device': () => new DeviceCodeFlow({ ...options(), promptUser: () => undefined }).doFlow(),
  '/par': () =>
    new AuthorizationCodeFlow({
      ...options(),
      pushedAuthorization: true,
      redirect: async (start) => String(await start('http://127.0.0.1/callback')),
    }).doFlow(),
  '/revoke': async () => (await loggedIn()).logout(),
  '/introspect': async () => (await loggedIn()).introspect(),
  '/userinfo': async () => (await loggedIn()).fetchUserInfo(),
};

const errorOf = (asking: Promise<unknown>): Promise<AuthFlowError> =>
  asking.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: unknown) => error as AuthFlowError,
  );

describe('an error for a redirect', () => {
  test.each(Object.entries(requests))('of %s says where that leads to, and what to do', async (endpoint, ask) => {
    for (status of [301, 308]) {
      const { message, remedy } = await errorOf(ask());
      expect(message).toContain(`redirect (status ${status}) to https://login.example/oauth/. It is not followed`);
      expect(message + remedy).not.toMatch(/of-the/);
      expect(remedy).toContain('option server');
    }
    expect(new Set(asked)).toEqual(new Set([endpoint.split(',')[0]])); // and nothing went there
  });

  test('says where a path of the same server leads to', async () => {
    location = '/token/';
    expect((await errorOf((await loggedIn()).refresh())).message).toContain(`to ${origin}/token/. It`);
  });

  test('says nothing of a target that is none or missing', async () => {
    for (location of [undefined, 'http://[']) {
      expect((await errorOf((await loggedIn()).refresh())).message).toContain('redirect (status 307). It is not');
    }
  });

  test('tells no user and no secret that was put into the path', async () => {
    location = `https://ada:pw@login.example/token/${refreshToken}`;
    const { message } = await errorOf((await loggedIn()).refresh());
    expect(message).toMatch(/redirect \(status 307\)/);
    expect(message).not.toMatch(/ada:pw|0123456789/);
  });

  test('of a registration says where that leads to', async () => {
    const issuer = 'https://login.example';
    const elsewhere = { status: 308, headers: { location: '/clients/?of-the-query' } };
    const scripted = new ScriptedWeb()
      .server(issuer)
      .answer(`${issuer}/register`, () => new Response(null, elsewhere), 'POST');
    const found = discoverResource(issuer, {
      client: { register: {} },
      storage: new MemoryTokenStorage(),
      fetch: scripted.fetch,
    });
    expect(await errorOf(found)).toMatchObject({
      code: 'REGISTRATION_REFUSED',
      message: expect.stringContaining(`to ${issuer}/clients/. It is not followed`),
    });
  });

  test('of discovery says where that leads to', async () => {
    const { message, remedy } = await errorOf(
      new ClientCredentialsFlow({ clientId: 'app', clientSecret, issuer: origin }).getAccessTokenRefreshIfNecessary(),
    );
    expect(message).toMatch(/publishes no metadata .* leads to https:\/\/login\.example\/oauth\/, and is not followed/);
    expect(message).not.toMatch(/of-the/);
    expect(remedy).toContain('give its issuer');
  });
});
