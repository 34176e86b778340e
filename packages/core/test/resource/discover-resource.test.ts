import { describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, DiscoveryError, MemoryTokenStorage } from '@latchkey/core';
import { discoverResource, type DiscoveredResource } from '@latchkey/core/resource';
import { api, honestWeb, issuer, ScriptedWeb, wellKnown } from './scripted-web.js';

const find = (web: ScriptedWeb, more = {}, url = api): Promise<DiscoveredResource> =>
  discoverResource(url, { client: { clientId: 'cli' }, fetch: web.fetch, ...more });

describe('discoverResource', () => {
  test('gives options of a flow', async () => {
    const storage = new MemoryTokenStorage();
    const { fetch } = honestWeb();
    const options = await discoverResource(api, { client: { clientId: 'cli' }, storage, fetch, timeout: 3 });
    const allowedOrigins = ['https://api.example'];
    expect(options).toEqual({ issuer, clientId: 'cli', resource: api, allowedOrigins, storage, fetch, timeout: 3 });
    expect(new AuthorizationCodeFlow(options)).toBeInstanceOf(AuthorizationCodeFlow);
  });

  test('looks where the challenge points, else at the places of RFC 9728', async () => {
    const metadata = { resource: api, authorization_servers: [issuer] };
    const pointed = honestWeb().refuse(api, 'Bearer resource_metadata="https://api.example/about"');
    await find(pointed.json('https://api.example/about', metadata));
    expect(pointed.of('api.example')).toEqual([`GET ${api}`, 'GET https://api.example/about']);
    const whole = new ScriptedWeb().json(wellKnown, { ...metadata, resource: 'https://api.example' }).server(issuer);
    expect(await find(whole)).toMatchObject({ resource: 'https://api.example' });
    expect(whole.of('api.example')).toEqual([`GET ${api}`, `GET ${wellKnown}/mcp`, `GET ${wellKnown}`]);
  });

  test('keeps the query of the URL, and drops its fragment', async () => {
    const url = `${api}?tenant=1`;
    const web = new ScriptedWeb().server(issuer);
    web.json(`${wellKnown}/mcp?tenant=1`, { resource: url, authorization_servers: [issuer] });
    expect(await find(web, {}, `${url}#part`)).toMatchObject({ resource: url });
  });

  test('reads an answer that the caller has, and asks for none', async () => {
    const web = honestWeb();
    const headers = { 'www-authenticate': `Bearer scope="a b", DPoP resource_metadata="${wellKnown}/mcp"` };
    const found = await find(web, { challenge: new Response(null, { status: 401, headers }) });
    expect(found).toMatchObject({ scope: 'a b' });
    expect(web.asked).not.toContain(`GET ${api}`);
  });

  test.each([
    ['a slash behind its URL', { resource: `${api}/` }, { resource: `${api}/` }],
    ['its one server as text', { authorization_servers: issuer }, { issuer }],
    ['scopes that are none', { scopes_supported: ['read', '', 5] }, { scope: 'read' }],
    ['its scopes as text', { scopes_supported: 'read write' }, { scope: 'read write' }],
  ])('understands an API that writes %s', async (_what, metadata, found) => {
    expect(await find(honestWeb(metadata))).toMatchObject(found);
  });

  test.each([
    ['lists that are none', { scopes_supported: {}, token_endpoint_auth_methods_supported: 'none' }],
    ['an endpoint that nobody asks and that is empty', { end_session_endpoint: '' }],
    ['null for an endpoint', { registration_endpoint: null, userinfo_endpoint: null }],
  ])('understands a server that publishes %s', async (_what, metadata) => {
    const web = new ScriptedWeb().json(`${wellKnown}/mcp`, { resource: api, authorization_servers: [issuer] });
    expect(await find(web.server(issuer, metadata))).toMatchObject({ issuer, clientId: 'cli' });
  });

  test('tells the status of an API that answers with one beyond 599', async () => {
    const odd = (): Response => Object.defineProperty(new Response('no'), 'status', { value: 999 });
    await expect(find(honestWeb().answer(api, odd))).rejects.toMatchObject({
      code: 'TOKEN_ENDPOINT_UNAVAILABLE',
      status: 999,
    });
  });

  test.each([
    ['issuer with a path, by RFC 8414', 'https://login.example/.well-known/oauth-authorization-server/tenant'],
    ['issuer with a path, by OpenID Connect', 'https://login.example/tenant/.well-known/openid-configuration'],
  ])('finds the server: %s', async (_what, place) => {
    const tenant = `${issuer}/tenant`;
    const web = honestWeb({ authorization_servers: [tenant] }).json(place, {
      issuer: tenant,
      authorization_endpoint: `${tenant}/authorize`,
      token_endpoint: `${tenant}/token`,
    });
    expect(await find(web)).toMatchObject({ issuer: tenant });
  });

  test('looks there too where the API knows no GET, and says so by 501', async () => {
    const web = honestWeb().answer(api, () => new Response('', { status: 501 }));
    expect(await find(web)).toMatchObject({ issuer });
  });

  test('asks for the scopes of the challenge, else those that the API knows, else none', async () => {
    const scopes_supported = ['read', 'write'];
    expect(await find(honestWeb({ scopes_supported }))).toMatchObject({ scope: 'read write' });
    const named = honestWeb({ scopes_supported }).refuse(api, 'Bearer scope="read"');
    expect(await find(named)).toMatchObject({ scope: 'read' });
    expect(await find(honestWeb())).not.toHaveProperty('scope');
  });

  test('asks for offline_access where the server knows it', async () => {
    const offline = { scopes_supported: ['offline_access'] };
    const web = honestWeb({ scopes_supported: ['read'] }).server(issuer, offline);
    expect(await find(web)).toMatchObject({ scope: 'read offline_access' });
    const named = honestWeb().refuse(api, 'Bearer scope="offline_access"').server(issuer, offline);
    expect(await find(named)).toMatchObject({ scope: 'offline_access' });
  });

  test('lets the caller choose, of several servers', async () => {
    const second = 'https://second.example';
    const web = honestWeb({ authorization_servers: ['http://login.example', issuer, second] }).server(second);
    await expect(find(web)).rejects.toMatchObject({ code: 'SEVERAL_AUTHORIZATION_SERVERS' });
    const offered: string[][] = [];
    const chooseServer = (issuers: readonly string[]): string => {
      offered.push([...issuers]);
      return second;
    };
    expect(await find(web, { chooseServer })).toMatchObject({ issuer: second });
    expect(offered).toEqual([[issuer, second]]);
    await expect(find(web, { chooseServer: () => 'https://third.example' })).rejects.toBeInstanceOf(TypeError);
    const refuse = (): never => {
      throw new Error('not there');
    };
    await expect(find(honestWeb(), { chooseServer: refuse })).rejects.toThrow('not there');
  });

  test('takes an API that publishes nothing about itself for its own server', async () => {
    const web = new ScriptedWeb().refuse(api, 'Bearer').server('https://api.example');
    const found = await find(web);
    expect(found).toMatchObject({ issuer: 'https://api.example' });
    expect(found).not.toHaveProperty('resource');
  });

  test('finds its metadata at the root, though its issuer has a path', async () => {
    const web = new ScriptedWeb().refuse(api, 'Bearer');
    const place = 'https://api.example/.well-known/oauth-authorization-server';
    const document = (named: string): object => ({ issuer: named, token_endpoint: 'https://api.example/token' });
    expect(await find(web.json(place, document('https://api.example/oauth')))).toMatchObject({
      issuer: 'https://api.example/oauth',
      metadataUrl: place,
    });
    await expect(find(web.json(place, document('https://evil.example/oauth')))).rejects.toBeInstanceOf(DiscoveryError);
  });

  test('knows the endpoints of one that publishes nothing at all, where it wants a token', async () => {
    const found = await find(new ScriptedWeb().refuse(api, 'Bearer'));
    expect(found).toMatchObject({
      server: {
        issuer: 'https://api.example',
        tokenEndpoint: 'https://api.example/token',
        authorizationEndpoint: 'https://api.example/authorize',
      },
    });
    await expect(find(new ScriptedWeb())).rejects.toBeInstanceOf(DiscoveryError);
  });

  test('guesses no endpoints where the API names bad ones, or cannot say them for now', async () => {
    const own = 'https://api.example';
    const web = new ScriptedWeb().refuse(api, 'Bearer').server(own, { token_endpoint: 'https://localhost/token' });
    await expect(find(web)).rejects.toMatchObject({ code: 'RESOURCE_METADATA_INVALID' });
    const place = `${own}/.well-known/oauth-authorization-server`;
    const openid = `${own}/.well-known/openid-configuration`;
    const down = new ScriptedWeb().refuse(api, 'Bearer').json(openid, {}, 503);
    await expect(find(down)).rejects.toMatchObject({ retryable: true });
    const odd = new ScriptedWeb().refuse(api, 'Bearer').json(place, { issuer: 'https://other.example' });
    await expect(find(odd)).rejects.toMatchObject({ code: 'DISCOVERY_INVALID' });
  });

  test('leaves a server that does not answer when its signal says so', async () => {
    const place = `${issuer}/.well-known/oauth-authorization-server`;
    const controller = new AbortController();
    let answer = (_response: Response): void => undefined;
    const web = honestWeb().answer(place, () => {
      controller.abort(new Error('left'));
      return new Promise((resolve) => (answer = resolve));
    });
    await expect(find(web, { signal: controller.signal })).rejects.toThrow('left');
    answer(new Response(null, { status: 404 })); // else a timer keeps the runner
  });

  test('says so when the API cannot be had for now', async () => {
    const busy = new ScriptedWeb().answer(
      api,
      () => new Response('', { status: 503, headers: { 'retry-after': '7' } }),
    );
    await expect(find(busy)).rejects.toMatchObject({
      code: 'TOKEN_ENDPOINT_UNAVAILABLE',
      retryable: true,
      retryAfter: 7,
    });
  });
});
