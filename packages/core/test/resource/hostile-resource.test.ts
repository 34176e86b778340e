import { describe, expect, test } from '@jest/globals';
import { DiscoveryError, InsecureTransportError, TokenEndpointUnavailableError } from '@latchkey/core';
import { discoverResource, type DiscoveredResource } from '@latchkey/core/resource';
import { api, honestWeb, issuer, ScriptedWeb, wellKnown } from './scripted-web.js';

const client = { clientId: 'cli' };
const untrusted = { code: 'RESOURCE_METADATA_INVALID' };

const find = (web: ScriptedWeb, url = api, more = {}): Promise<DiscoveredResource> =>
  discoverResource(url, { client, fetch: web.fetch, ...more });

/** The API, with other fields in what it says of itself. */
const saying = (fields: object): ScriptedWeb => honestWeb().json(`${wellKnown}/mcp`, { resource: api, ...fields });

describe('an API that describes itself', () => {
  test('is believed where it breaks no rule', async () => {
    const found = await find(honestWeb());
    expect(found).toMatchObject({ issuer, clientId: 'cli', resource: api, allowedOrigins: ['https://api.example'] });
  });

  test('is asked over HTTPS only, or on loopback', async () => {
    const web = new ScriptedWeb();
    await expect(find(web, 'http://api.example/mcp')).rejects.toBeInstanceOf(InsecureTransportError);
    await expect(find(web, 'https://me:secret@api.example/mcp')).rejects.toBeInstanceOf(TypeError);
    await expect(find(web, 'mcp')).rejects.toBeInstanceOf(TypeError);
    expect(web.asked).toEqual([]);
  });

  test.each([
    'http://login.example',
    'https://localhost:8080',
    'https://LOCALHOST.:8080',
    'https://api.localhost',
    'https://127.0.0.1',
    'https://2130706433',
    'http://127.1:9200',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://0.0.0.0',
    'https://[::]',
    'https://me@login.example',
    'ftp://login.example',
    'login.example',
    'https://login.example?tenant=1',
    'https://login.example#tenant',
    17,
  ])('sends nobody to %s', async (server) => {
    const web = saying({ authorization_servers: [server] });
    await expect(find(web)).rejects.toMatchObject(untrusted);
    expect(web.asked.filter((line) => !line.includes('api.example'))).toEqual([]);
  });

  test('sends to a server on this machine only from this machine', async () => {
    const here = 'http://127.0.0.1:8080';
    const described = (origin: string): ScriptedWeb =>
      new ScriptedWeb()
        .json(`${origin}/.well-known/oauth-protected-resource/mcp`, {
          resource: `${origin}/mcp`,
          authorization_servers: [here],
        })
        .server(here);
    const found = await find(described('http://localhost:3000'), 'http://localhost:3000/mcp');
    expect(found).toMatchObject({ issuer: here });
    await expect(find(described('https://api.example'))).rejects.toMatchObject(untrusted);
  });

  test('is not described elsewhere than at its own origin', async () => {
    for (const place of [
      'https://evil.example/x',
      'https://api.example:8443/x',
      'http://api.example/x',
      '//evil.example/x',
    ]) {
      const web = honestWeb().refuse(api, `Bearer resource_metadata="${place}"`);
      web.json(new URL(place, api).href, { resource: api, authorization_servers: ['https://evil.example'] });
      web.server('https://evil.example');
      await expect(find(web)).rejects.toMatchObject(untrusted);
      expect(web.asked).toEqual([`GET ${api}`]);
    }
  });

  test('leads to another origin by no redirect', async () => {
    const evil = { resource: api, authorization_servers: ['https://evil.example'] };
    const web = honestWeb().redirect(`${wellKnown}/mcp`, 'https://evil.example/x').json('https://evil.example/x', evil);
    await expect(find(web)).rejects.toMatchObject(untrusted);
    const unasked = new ScriptedWeb()
      .refuse(api, 'Bearer')
      .redirect(`${wellKnown}/mcp`, 'https://evil.example/x')
      .json('https://evil.example/x', evil);
    expect(await find(unasked)).toMatchObject({ server: { issuer: 'https://api.example' } });
    for (const each of [web, unasked]) expect(each.of('evil.example')).toEqual([]);
  });

  test('may redirect within its origin, but not without an end', async () => {
    const web = honestWeb().redirect(`${wellKnown}/mcp`, '/moved');
    web.json('https://api.example/moved', { resource: api, authorization_servers: [issuer] });
    expect(await find(web)).toMatchObject({ issuer });
    web.redirect('https://api.example/moved', '/moved');
    await expect(find(web)).rejects.toMatchObject(untrusted);
    expect(web.asked.length).toBeLessThan(20);
  });

  test.each([
    ['another origin', 'https://evil.example/mcp'],
    ['another port', 'https://api.example:8443/mcp'],
    ['another scheme', 'http://api.example/mcp'],
    ['a path beside it', 'https://api.example/mc'],
    ['a path below it', 'https://api.example/mcp/admin'],
    ['a query that nobody asked for', 'https://api.example/mcp?tenant=1'],
    ['a fragment', 'https://api.example/mcp#x'],
    ['no URL', 'mcp'],
    ['nothing', undefined],
    ['a list', [api]],
  ])('is not %s', async (_what, resource) => {
    const web = saying({ resource, authorization_servers: [issuer] });
    await expect(find(web)).rejects.toMatchObject(untrusted);
    expect(web.of('login.example')).toEqual([]);
  });

  test('is no path above a URL with the same query', async () => {
    const url = `${api}/admin?tenant=1`;
    const metadata = { resource: `${api}?tenant=1`, authorization_servers: [issuer] };
    const web = honestWeb().json(`${wellKnown}/mcp/admin?tenant=1`, metadata);
    await expect(find(web, url)).rejects.toMatchObject(untrusted);
  });

  test.each(['https://api.example', 'https://api.example/', 'https://api.example/mcp'])(
    'may be a path above: %s',
    async (resource) => {
      const web = saying({ resource, authorization_servers: [issuer] });
      expect(await find(web)).toMatchObject({ resource, allowedOrigins: ['https://api.example'] });
    },
  );

  test.each([
    ['authorization_endpoint', 'https://127.0.0.1/authorize'],
    ['token_endpoint', 'https://localhost/token'],
    ['registration_endpoint', 'http://login.example/register'],
    ['registration_endpoint', 'http://127.0.0.1/register'],
    ['registration_endpoint', 'https://localhost./register'],
    ['mtls_endpoint_aliases', { userinfo_endpoint: 'https://127.0.0.1/' }],
  ])('has no server whose %s is %s', async (name, url) => {
    const web = honestWeb().server(issuer, { [name]: url });
    await expect(find(web)).rejects.toBeInstanceOf(Error);
    expect(web.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  test('has no server that calls itself otherwise', async () => {
    const web = honestWeb().server(issuer, { issuer: 'https://other.example' });
    await expect(find(web)).rejects.toBeInstanceOf(DiscoveryError);
  });

  test.each([
    ['https://evil.example/x.onmicrosoft.com/v2.0', 'https://honest.example'],
    ['https://evil.example/{tenantid}', 'https://evil.example/{tenantid}'],
    ['https://evil.example/x.onmicrosoft.com/v2.0', 'https://evil.example/{tenantid}'],
  ])('has no server that would be sent the codes of another: %s as %s', async (evil, named) => {
    const web = saying({ authorization_servers: [evil] }).server(evil, { issuer: named });
    await expect(find(web)).rejects.toBeInstanceOf(DiscoveryError);
  });

  test('does not keep a caller by an answer without an end', async () => {
    const endless = (): Response =>
      new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) }));
    const web = honestWeb().answer(`${wellKnown}/mcp`, endless);
    await expect(find(web)).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    const never = honestWeb().answer(`${wellKnown}/mcp`, () => new Promise(() => undefined));
    await expect(find(never, api, { timeout: 0.05 })).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    const controller = new AbortController();
    const waiting = find(never, api, { signal: controller.signal });
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
  });

  test('may stream without an end where it wants no token', async () => {
    let cancelled = 0;
    const stream = (): Response =>
      new Response(
        new ReadableStream({
          cancel: () => {
            cancelled++;
          },
        }),
      );
    const web = honestWeb().answer(api, stream);
    expect(await find(web)).toMatchObject({ issuer });
    expect(cancelled).toBe(1);
  });
});

describe('a client with a secret', () => {
  test('must say whose it is, since an API could name another server', async () => {
    const secret = { clientId: 'cli', clientSecret: 'secret' };
    const web = honestWeb();
    for (const proof of [secret, { clientId: 'cli', clientKey: { kty: 'EC' } }])
      await expect(find(web, api, { client: proof })).rejects.toThrow('client.issuer is missing');
    expect(web.asked).toEqual([]);
    expect(await find(web, api, { client: { ...secret, issuer } })).toMatchObject(secret);
    const posted = { ...secret, issuer, clientAuthentication: 'client_secret_post' };
    expect(await find(web, api, { client: posted })).toMatchObject({ clientAuthentication: 'client_secret_post' });
    const other = { ...secret, issuer: 'https://other.example' };
    await expect(find(web, api, { client: other })).rejects.toMatchObject({ code: 'NO_CLIENT_FOR_SERVER' });
  });
});
