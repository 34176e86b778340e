import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  InsecureTransportError,
  PasswordFlow,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { decodeJwt } from 'jose';
import { exchange } from '../../dist/server/http-exchange.js';
import { NoAnswerError } from '../../dist/server/no-answer.js';
import { scrub } from '../../dist/errors/scrub.js';
import { isOfIssuer } from '../../dist/server/discovery/places.js';

/** A fetch that heeds no signal, and whose answer stops in the middle. */
const stuck = (): Promise<Response> =>
  Promise.resolve(new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('{"a')) })));

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('a fetch of the caller’s own', () => {
  test('may ignore its signal: an answer that stops in the middle is given up all the same', async () => {
    const answer = exchange(stuck, 'https://as.example/token', {}, { timeout: 0.05 });
    await expect(answer).rejects.toMatchObject({ constructor: NoAnswerError, mayHaveArrived: true });
  });

  test('may take any time where the timeout is longer than a timer can wait', async () => {
    const slow = (): Promise<Response> => new Promise((resolve) => setTimeout(() => resolve(new Response('{}')), 20));
    const answer = await exchange(slow, 'https://as.example/token', {}, { timeout: Infinity });
    expect(answer.text).toBe('{}');
  });

  test('leaves no timer once it has answered or failed', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    const before = timers();
    await exchange(() => Promise.resolve(new Response('{}')), 'https://as.example/token', {}, { timeout: 60 });
    const failed = exchange(() => Promise.reject(new Error('no')), 'https://as.example/token', {}, { timeout: 60 });
    await expect(failed).rejects.toBeInstanceOf(NoAnswerError);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

describe('a server that could not be reached', () => {
  test.each([
    ['discovery', { issuer: 'https://as.example' }],
    ['the token request', { server: { tokenEndpoint: 'https://as.example/token' } }],
  ])('since nobody knows its name may be misspelt, says %s', async (_step, server) => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND as.example'), { code: 'ENOTFOUND' });
    const fetch = (): Promise<never> => Promise.reject(new TypeError('fetch failed', { cause }));
    const flow = new ClientCredentialsFlow({ ...server, clientId: 'app', clientSecret: 'machine-secret', fetch });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: TokenEndpointUnavailableError,
      message: expect.stringContaining('ENOTFOUND as.example'),
      remedy: expect.stringContaining('how the name of the server is written'),
      retryable: true,
      mayHaveArrived: false,
    });
  });

  test('is asked for its metadata again', async () => {
    const issuer = 'https://as.example';
    let isDown = true;
    const flow = new ClientCredentialsFlow({
      issuer,
      clientId: 'm',
      clientSecret: 'machine-secret',
      fetch: (url) => {
        if (isDown) return Promise.reject(new TypeError('fetch failed'));
        const asked = url instanceof Request ? url.url : url.toString();
        const metadata = { issuer, token_endpoint: `${issuer}/token` };
        const tokens = { access_token: 'a', token_type: 'Bearer', expires_in: 60 };
        return Promise.resolve(Response.json(asked.includes('/.well-known/') ? metadata : tokens));
      },
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    isDown = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('a');
  });
});

describe('a server that is given without an issuer', () => {
  test('may send an id token of any issuer, which is kept unchecked', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id_token = `${part({ alg: 'RS256' })}.${part({ iss: 'https://other.example', sub: 's', aud: 'm' })}.c2ln`;
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: 'https://as.example/token' },
      clientId: 'm',
      clientSecret: 'machine-secret',
      fetch: () =>
        Promise.resolve(Response.json({ access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token })),
    });
    const problems: Error[] = [];
    flow.events.on('answerInvalid', ({ problem }) => problems.push(problem));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('a');
    expect([flow.idToken, problems]).toEqual([id_token, []]);
  });
});

test.each(['microsoftonline.com', 'microsoftonline.us', 'partner.microsoftonline.cn', 'chinacloudapi.cn'])(
  'Microsoft’s cloud login.%s has a pattern as its issuer',
  (cloud) => {
    const expected = new URL(`https://login.${cloud}/organizations/v2.0`);
    expect(isOfIssuer('https://login.microsoftonline.us/{tenantid}/v2.0', expected)).toBe(true);
    expect(isOfIssuer('https://login.microsoftonline.us/{tenantid}/v2.0', new URL('https://login.example.org/'))).toBe(
      false,
    );
  },
);

describe('Metadata that name another issuer than was asked for', () => {
  const id = '0f9a7c2e-0000-4000-8000-000000000001';
  const b2c = 'contoso.onmicrosoft.com/B2C_1_signin/v2.0';
  test.each([
    ['https://sts.windows.net/{tenantid}/', 'https://login.microsoftonline.com/common'],
    [`https://login.microsoftonline.com/${id}/v2.0`, 'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0'],
    [`https://login.microsoftonline.us/${id}/v2.0`, 'https://login.microsoftonline.us/contoso.onmicrosoft.us/v2.0'],
    [`https://login.microsoftonline.com/${id}/v2.0`, 'https://login.windows.net/contoso.onmicrosoft.com/v2.0'],
    [`https://${id}.ciamlogin.com/${id}/v2.0`, 'https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0'],
    [`https://contoso.b2clogin.com/${id}/v2.0/`, `https://contoso.b2clogin.com/${b2c}`],
    [`https://login.contoso.com/${id}/v2.0/`, `https://login.contoso.com/${b2c}`],
    ['https://FS.contoso.com/adfs', 'https://fs.contoso.com/adfs'],
  ])('may be Microsoft’s: %s, of %s', (named, expected) => {
    expect(isOfIssuer(named, new URL(expected))).toBe(true);
  });

  test.each([
    ['https://honest.example', `https://evil.example/${b2c}`],
    ['no URL', `https://evil.example/${b2c}`],
    ['https://evil.example/{tenantid}', 'https://evil.example/{tenantid}'],
    ['https://evil.example/{tenantid}', `https://evil.example/${b2c}`],
    ['https://honest.example', 'https://login.microsoftonline.com.evil.example/common'],
    ['https://honest.example', 'https://login.microsoftonline.com:8443/common'],
    ['https://honest.example', 'https://evil.example/.ciamlogin.com'],
  ])('are nobody’s else: %s, of %s', (named, expected) => {
    expect(isOfIssuer(named, new URL(expected))).toBe(false);
  });
});

describe('Microsoft’s server for all tenants, whose issuer is a pattern', () => {
  const entra = 'https://login.microsoftonline.com';
  const metadata = {
    issuer: `${entra}/{tenantid}/v2.0`,
    token_endpoint: `${entra}/common/oauth2/v2.0/token`,
    jwks_uri: `${entra}/common/discovery/v2.0/keys`,
  };

  test('is no fault of the id token of one tenant, and is asserted to by its token endpoint', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: `${entra}/a-tenant/v2.0`, sub: 'ada', aud: 'app', iat, exp: iat + 3600 };
    const id_token = `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
    let assertion = '';
    const flow = new PasswordFlow({
      issuer: `${entra}/common/v2.0`,
      clientId: 'app',
      clientKey: privateKey.export({ format: 'jwk' }),
      username: 'ada',
      password: 'pass-word-1',
      fetch: (_url, init) => {
        assertion = new URLSearchParams(init?.body as string | undefined).get('client_assertion') ?? '';
        const tokens = { access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token };
        return Promise.resolve(Response.json(assertion === '' ? metadata : tokens));
      },
    });
    const problems: Error[] = [];
    flow.events.on('answerInvalid', ({ problem }) => problems.push(problem));
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('a');
    expect([flow.idToken, problems]).toEqual([id_token, []]);
    expect(decodeJwt(assertion).aud).toBe(metadata.token_endpoint);
  });
});

describe('tokens travel protected', () => {
  test.each(['http://notlocalhost/', 'http://evil.localhost.example/', 'http://127.0.0.1.evil.example/'])(
    'so that the issuer %s is refused',
    (issuer) => {
      expect(() => new ClientCredentialsFlow({ issuer, clientId: 'm' })).toThrow(InsecureTransportError);
    },
  );

  test.each([
    ['token_endpoint', {}],
    ['userinfo_endpoint', { token_endpoint: 'https://as.example/token' }],
    ['token_endpoint', { mtls_endpoint_aliases: { token_endpoint: 'https://as.example/mtls' } }],
  ])('so that an endpoint is refused that a server publishes without TLS: %s beside %j', async (name, others) => {
    const issuer = 'https://as.example';
    const requested: string[] = [];
    const flow = new ClientCredentialsFlow({
      issuer,
      clientId: 'm',
      clientSecret: 'machine-secret',
      fetch: (url) => {
        requested.push(url instanceof Request ? url.url : url.toString());
        const metadata = { issuer, [name]: 'http://as.example/there', jwks_uri: `${issuer}/jwks`, ...others };
        return Promise.resolve(Response.json(metadata));
      },
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InsecureTransportError);
    expect(requested.every((url) => url.includes('/.well-known/'))).toBe(true);
  });

  test('so that an endpoint for clients with a certificate is refused that is published without TLS', async () => {
    const issuer = 'https://as.example';
    const aliases = { mtls_endpoint_aliases: { token_endpoint: 'http://as.example/mtls' } };
    const fetch = (): Promise<Response> =>
      Promise.resolve(Response.json({ issuer, token_endpoint: `${issuer}/token`, ...aliases }));
    const flow = new ClientCredentialsFlow({ issuer, clientId: 'm', clientAuthentication: 'tls_client_auth', fetch });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(InsecureTransportError);
  });

  test.each(['/token', 'https://user:pw@as.example/token'])(
    'and an endpoint %s that a server publishes is the fault of the server, not of the caller',
    async (tokenEndpoint) => {
      const metadata = { issuer: 'https://as.example', token_endpoint: tokenEndpoint };
      const fetch = (): Promise<Response> => Promise.resolve(Response.json(metadata));
      const flow = new ClientCredentialsFlow({ issuer: metadata.issuer, clientId: 'm', clientSecret: 'secret', fetch });
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
        code: 'DISCOVERY_INVALID',
        message: expect.stringMatching(/^The server's token_endpoint must (be|hold)/),
      });
    },
  );

  test('so that a secret is scrubbed where a URL encodes it', () => {
    const secret = 'a+b/c=d&e?f';
    const shown = scrub(`refused https://as.example/?token=${encodeURIComponent(secret)} again`, [secret]);
    expect(shown).not.toContain(encodeURIComponent(secret));
    expect(shown).toBe('refused [redacted] again');
  });
});
