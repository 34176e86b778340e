import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, TokenEndpointUnavailableError } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { inspect, promisify } from 'node:util';
import { fetch as undiciFetch, ProxyAgent } from 'undici';
import { groupFlow } from '../dist/isogeo/group-flow.js';
import { IsogeoApi } from '../dist/isogeo/isogeo-api.js';
import { apiOf, isogeoCredentials } from '../dist/isogeo/isogeo-credentials.js';
import { fetchOver } from '../dist/isogeo/network.js';
import { ForwardProxy } from '../dist/isogeo/twin/forward-proxy.js';
import { IsogeoTwin } from '../dist/isogeo/twin/isogeo-twin.js';
import { PrivateAuthority } from '../dist/isogeo/twin/private-authority.js';
import { TlsFront } from '../dist/isogeo/twin/tls-front.js';

const clients = { one: { secret: 'the secret of one' } };
const hour = 3_600_000;

let folder: string;
let twin: IsogeoTwin;
let clock: TestClock;
const started: AsyncDisposable[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-isogeo-'));
  clock = new TestClock({ autoAdvance: true });
  twin = used(await IsogeoTwin.start({ clients, clock }));
});
afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function used<T extends AsyncDisposable>(server: T): T {
  started.push(server);
  return server;
}

/** Lets all tokens end, in the flows and at the server. */
async function expire(): Promise<void> {
  await clock.advance(2 * hour);
}

const requestsOf = (clientId: string): number => twin.fake.ledger.count({ endpoint: 'token', clientId });

describe('An HTTP proxy (A3)', () => {
  test('sees discovery, the first request, renewals and API calls', async () => {
    const proxy = used(await ForwardProxy.start());
    const dispatcher = new ProxyAgent({ uri: proxy.url, proxyTunnel: false });
    const { fake } = twin;
    const flow = new ClientCredentialsFlow({
      issuer: fake.issuer,
      clientId: 'one',
      clientSecret: clients.one.secret,
      clock,
      fetch: ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch,
    });
    expect((await flow.fetch(fake.api)).status).toBe(200);
    await expire();
    expect((await flow.fetch(fake.api)).status).toBe(200);
    const { issuer, tokenEndpoint, api } = fake;
    const discovery = `GET ${issuer}/.well-known/openid-configuration`;
    expect(proxy.seen).toEqual([
      discovery,
      ...Array(2)
        .fill([`POST ${tokenEndpoint}`, `GET ${api}`])
        .flat(),
    ]);
    expect(fake.ledger.count()).toBe(proxy.seen.length);
    await dispatcher.close();
  });

  test('is the only way to hosts that exist behind it alone, under TLS of a private authority', async () => {
    const proxy = used(await ForwardProxy.start());
    const authority = new PrivateAuthority(folder);
    const server = authority.issue('server', 'DNS:id.isogeo.test', 'DNS:v1.isogeo.test');
    const front = used(await TlsFront.start(twin.fake.issuer, server));
    for (const host of ['id.isogeo.test:443', 'v1.isogeo.test:443']) proxy.hosts.set(host, front.port);
    const [issuer, api] = ['https://id.isogeo.test', 'https://v1.isogeo.test'];
    twin.fake.configure({ metadata: { issuer, token_endpoint: `${issuer}/token` } });

    const options = { issuer, clientId: 'one', clientSecret: clients.one.secret, clock, allowedOrigins: [api] };
    const fetch = fetchOver({ proxy: proxy.url, ca: authority.ca });
    const flow = new ClientCredentialsFlow({ ...options, fetch });
    expect((await flow.fetch(`${api}/api`)).status).toBe(200);
    await expire();
    expect((await flow.fetch(`${api}/api`)).status).toBe(200);
    const form = new FormData();
    form.set('name', 'the field');
    const upload = await flow.fetch(new Request(`${api}/api`, { method: 'POST', body: form }));
    expect(await upload.json()).toMatchObject({ body: expect.stringContaining('the field') });
    expect(requestsOf('one')).toBe(2);
    expect(new Set(proxy.seen)).toEqual(new Set(['CONNECT id.isogeo.test:443', 'CONNECT v1.isogeo.test:443']));

    const direct = new ClientCredentialsFlow({ ...options, fetch: fetchOver({ ca: authority.ca }) });
    await expect(direct.getAccessTokenRefreshIfNecessary()).rejects.toThrow(TokenEndpointUnavailableError);
    await expire();
    await proxy[Symbol.asyncDispose]();
    started.splice(started.indexOf(proxy), 1);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ retryable: true });
    expect(requestsOf('one')).toBe(2);
  });

  test('may itself be behind TLS of a private authority', async () => {
    const proxy = used(await ForwardProxy.start());
    const authority = new PrivateAuthority(folder);
    const front = used(await TlsFront.start(proxy.url, authority.issue('proxy', 'DNS:localhost')));
    const fetch = fetchOver({ proxy: `https://localhost:${front.port}`, ca: authority.ca });
    const answer = await fetch(twin.fake.api);
    await answer.text();
    expect(answer.status).toBe(401);
    expect(proxy.seen).toEqual([`CONNECT ${new URL(twin.fake.api).host}`]);
  });
});

describe('A file for the test platform', () => {
  test('gets its token from the test platform, and shows it to no production API', async () => {
    const proxy = used(await ForwardProxy.start());
    const authority = new PrivateAuthority(folder);
    const platform = ['id.api.qa.isogeo.com', 'api.qa.isogeo.com'];
    const names = [...platform, 'v1.api.isogeo.com'];
    const front = used(
      await TlsFront.start(twin.url, authority.issue('server', ...names.map((name) => `DNS:${name}`))),
    );
    for (const name of names) proxy.hosts.set(`${name}:443`, front.port);
    const file = join(folder, 'client_secrets.json');
    const token_uri = 'https://id.api.qa.isogeo.com/oauth/token';
    writeFileSync(file, JSON.stringify({ web: { ...twin.credentials('one', clients.one.secret), token_uri } }));

    const flow = await groupFlow(file, { clock, fetch: fetchOver({ proxy: proxy.url, ca: authority.ca }) });
    expect(await new IsogeoApi(flow, apiOf(await isogeoCredentials(file))).shares()).toHaveLength(2);
    expect(proxy.seen).toEqual(platform.map((name) => `CONNECT ${name}:443`));
    expect((await flow.fetch('https://v1.api.isogeo.com/shares')).status).toBe(401);
    expect(twin.fake.ledger.filter({ endpoint: 'api' }).map(({ accessToken }) => accessToken)).toEqual([
      flow.accessToken,
      undefined,
    ]);
  });
});

describe('TLS of a private authority (A3)', () => {
  /** A server with a certificate of that authority, and the options to use it. */
  async function secured({ asksClient = false } = {}) {
    const authority = new PrivateAuthority(folder);
    const demand = asksClient ? { requestCert: true, ca: authority.ca } : {};
    const front = used(
      await TlsFront.start(twin.fake.issuer, { ...authority.issue('server', 'IP:127.0.0.1'), ...demand }),
    );
    const url = `https://127.0.0.1:${front.port}`;
    return { authority, options: { server: { tokenEndpoint: `${url}/token` }, clientId: 'one', clock } };
  }

  test('works with its certificate given, for first request and renewal, and fails without', async () => {
    const { authority, options } = await secured();
    const withSecret = { ...options, clientSecret: clients.one.secret };
    const flow = new ClientCredentialsFlow({ ...withSecret, fetch: fetchOver({ ca: authority.ca }) });
    await flow.getAccessTokenRefreshIfNecessary();
    await expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(requestsOf('one')).toBe(2);

    for (const fetch of [undefined, fetchOver({})]) {
      const distrustful = new ClientCredentialsFlow({ ...withSecret, fetch });
      const error = await distrustful.getAccessTokenRefreshIfNecessary().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(TokenEndpointUnavailableError);
      expect(error).toMatchObject({ code: 'CERTIFICATE_NOT_TRUSTED', retryable: true });
      expect(error).toHaveProperty('remedy', expect.stringContaining('NODE_EXTRA_CA_CERTS'));
      const text = inspect(error, { depth: 9 }) + JSON.stringify(error);
      expect(text).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify the first certificate/);
      expect(text).not.toContain(clients.one.secret);
      expect(text).not.toContain(btoa(`one:${clients.one.secret}`));
    }
    expect(requestsOf('one')).toBe(2);
  });

  const hasList = 'getCACertificates' in tls;
  if (!hasList) console.warn('Left out: a CA beside that of NODE_EXTRA_CA_CERTS; it needs Node 22.15 or later.');
  (hasList ? test : test.skip)('works beside another one where Node was started with its certificate', async () => {
    const { options } = await secured();
    const program = `import { rootCertificates } from 'node:tls';
      import { fetchOver } from ${JSON.stringify(new URL('../dist/isogeo/network.js', import.meta.url))};
      const answer = await fetchOver({ ca: rootCertificates[0] })(${JSON.stringify(options.server.tokenEndpoint)});
      console.log((await answer.text()) !== undefined);`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') };
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
    await expect(run).resolves.toMatchObject({ stdout: 'true\n' });
  });

  test('may ask the client for a certificate in place of a secret (RFC 8705)', async () => {
    const { authority, options } = await secured({ asksClient: true });
    twin.fake.configure({ clients: { one: {} } });
    const tls = { ...options, clientAuthentication: 'tls_client_auth' } as const;
    const certificate = authority.issue('one', 'DNS:one');
    const flow = new ClientCredentialsFlow({ ...tls, fetch: fetchOver({ ca: authority.ca, ...certificate }) });
    await flow.getAccessTokenRefreshIfNecessary();
    const [request] = twin.fake.ledger.tokenRequests;
    expect(request?.parameters).toEqual({ client_id: 'one', grant_type: 'client_credentials' });
    expect(request?.headers.authorization).toBeUndefined();

    const nobody = new ClientCredentialsFlow({ ...tls, fetch: fetchOver({ ca: authority.ca }) });
    await expect(nobody.getAccessTokenRefreshIfNecessary()).rejects.toThrow(TokenEndpointUnavailableError);
    expect(twin.fake.ledger.count({ endpoint: 'token' })).toBe(1);
  });
});
