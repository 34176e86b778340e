import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthFlowOptions, ClientCredentialsFlow, DiscoveryError } from '@latchkey/core';

/** What the server has at its paths: a document, or the way to another place. */
let pages: Record<string, object | string>;
let asked: { path: string; headers: NodeJS.Dict<string | string[]> }[];
let server: Server;
let origin: string;

beforeEach(async () => {
  [pages, asked] = [{}, []];
  server = createServer((request, response) => {
    const { url = '', headers, method } = request;
    asked.push({ path: url, headers });
    const page = method === 'POST' ? { access_token: 'at-from-server', token_type: 'Bearer' } : pages[url];
    if (typeof page === 'string') response.writeHead(301, { location: page });
    else response.writeHead(page ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(typeof page === 'object' ? page : {}));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const metadata = (issuer: string): object => ({ issuer, token_endpoint: `${origin}/token` });
const tokenOf = (options: Partial<AuthFlowOptions>): Promise<string> =>
  new ClientCredentialsFlow({ clientId: 'app', ...options }).getAccessTokenRefreshIfNecessary();
const paths = (): string[] => asked.map(({ path }) => path);

const places = [
  '/tenant/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server/tenant',
  '/.well-known/openid-configuration/tenant',
  '/tenant/.well-known/oauth-authorization-server',
];

describe('the metadata of an issuer with a path', () => {
  test.each(places)('are found at %s', async (place) => {
    const issuer = `${origin}/tenant`;
    pages[place] = metadata(issuer);
    expect(await tokenOf({ issuer })).toBe('at-from-server');
    expect(paths()).toEqual([...places.slice(0, places.indexOf(place) + 1), '/token']);
  });

  test('are said to be nowhere once each place was asked', async () => {
    await expect(tokenOf({ issuer: `${origin}/tenant/` })).rejects.toBeInstanceOf(DiscoveryError);
    expect(paths()).toEqual(places);
  });
});

describe('a redirect of discovery', () => {
  test('is followed within the origin', async () => {
    pages['/.well-known/openid-configuration'] = '/.well-known/openid-configuration/';
    pages['/.well-known/openid-configuration/'] = metadata(origin);
    expect(await tokenOf({ issuer: origin })).toBe('at-from-server');
  });

  test('leads to no other origin', async () => {
    pages['/.well-known/openid-configuration'] = `http://localhost:${new URL(origin).port}/elsewhere`;
    pages['/elsewhere'] = metadata(origin);
    await expect(tokenOf({ issuer: origin })).rejects.toBeInstanceOf(DiscoveryError);
    expect(paths()).not.toContain('/elsewhere');
  });

  test('that goes round ends', async () => {
    pages['/.well-known/openid-configuration'] = '/.well-known/openid-configuration';
    await expect(tokenOf({ issuer: origin })).rejects.toBeInstanceOf(DiscoveryError);
    expect(asked.length).toBeLessThan(10);
  });
});

describe('metadata of another issuer', () => {
  test('are refused by an error that names both', async () => {
    pages['/.well-known/openid-configuration'] = metadata('https://other.example/');
    const error = await tokenOf({ issuer: origin }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiscoveryError);
    expect(String(error)).toContain('https://other.example/');
    expect(String(error)).toContain(origin);
  });

  test('are taken from a metadataUrl only where they name the issuer', async () => {
    pages['/odd/metadata.json'] = metadata('https://login.example/realm');
    const metadataUrl = `${origin}/odd/metadata.json`;
    expect(await tokenOf({ issuer: 'https://login.example/realm', metadataUrl })).toBe('at-from-server');
    await expect(tokenOf({ issuer: 'https://login.example', metadataUrl })).rejects.toThrow(
      'https://login.example/realm',
    );
    expect(paths()).toEqual(['/odd/metadata.json', '/token', '/odd/metadata.json']);
  });
});

describe('the option headers', () => {
  test('reaches a server at discovery and at the token endpoint, over what the library would send', async () => {
    pages['/.well-known/openid-configuration'] = metadata(origin);
    const headers = {
      'User-Agent': 'linux:app:1.0',
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Own': '1',
    };
    await tokenOf({ issuer: origin, clientSecret: 'secret', headers });
    const [discovery, token] = asked.map((each) => each.headers);
    expect(discovery).toMatchObject({ 'user-agent': 'linux:app:1.0', 'x-own': '1', accept: 'application/json' });
    expect(discovery).not.toHaveProperty('content-type');
    expect(token).toMatchObject({
      'user-agent': 'linux:app:1.0',
      'content-type': 'application/x-www-form-urlencoded',
      'x-own': '1',
      authorization: `Basic ${btoa('app:secret')}`,
    });
  });
});
