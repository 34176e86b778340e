import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, type ClientCredentialsFlowOptions, type PrivateKey } from '@latchkey/core';
import { faults, type LedgerEntry } from '@latchkey/core/testing';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** What reaches the token endpoint from a client with these options. */
async function requestOf(options: Partial<ClientCredentialsFlowOptions>): Promise<LedgerEntry> {
  const flow = new ClientCredentialsFlow({ ...scene.options(), ...options });
  await flow.getAccessTokenRefreshIfNecessary();
  const request = scene.server.ledger.tokenRequests.at(-1);
  if (!request) throw new Error('No token request came.');
  return request;
}

const grant = { grant_type: 'client_credentials' };
const [id, secret] = ['client:1', 'p%ss w+rd:é'];

describe('a client with a secret', () => {
  test('sends both form-encoded in a Basic header (RFC 6749 section 2.3.1)', async () => {
    const { headers, parameters } = await requestOf({ clientId: id, clientSecret: secret });
    const expected = 'client%3A1:p%25ss+w%2Brd%3A%C3%A9';
    expect(Buffer.from(String(headers.authorization).slice(6), 'base64').toString()).toBe(expected);
    expect(parameters).toEqual(grant);
  });

  test('leaves what a form leaves, so that servers that do not decode know the client', async () => {
    const [clientId, clientSecret] = ['my-app_1.example', 'a-secret.with_all*four'];
    const { headers, basicEncoding } = await requestOf({ clientId, clientSecret });
    expect(headers.authorization).toBe(`Basic ${btoa(`${clientId}:${clientSecret}`)}`);
    expect(basicEncoding).toBe('either');
  });

  test('sends them raw where a server wants that', async () => {
    const { headers, parameters } = await requestOf({ clientSecret: secret, dialect: { basicEncoding: 'raw' } });
    expect(Buffer.from(String(headers.authorization).slice(6), 'base64').toString()).toBe(`app:${secret}`);
    expect(parameters).toEqual(grant);
  });

  test.each([undefined, 'raw'] as const)('sends an empty secret (%s)', async (basicEncoding) => {
    const { headers } = await requestOf({ clientSecret: () => '', dialect: { basicEncoding } });
    expect(headers.authorization).toBe(`Basic ${btoa('app:')}`);
  });

  test.each([secret, ''])('sends %p in the body', async (clientSecret) => {
    const { headers, parameters } = await requestOf({ clientSecret, clientAuthentication: 'client_secret_post' });
    expect(headers.authorization).toBeUndefined();
    expect(parameters).toEqual({ ...grant, client_id: 'app', client_secret: clientSecret });
  });

  test.each([
    [['client_secret_post', 'none'], undefined, 'in the body'],
    [['client_secret_basic', 'client_secret_post'], undefined, 'in the header'],
    [['none'], undefined, 'in the header'],
    [null, undefined, 'in the header'],
    ['client_secret_post', undefined, 'in the body'],
    [{}, undefined, 'in the header'],
    [['client_secret_post'], 'client_secret_basic', 'in the header'],
  ] as const)('of a server that takes %j goes, with %s chosen, %s', async (methods, clientAuthentication, place) => {
    scene.server.configure({ metadata: { token_endpoint_auth_methods_supported: methods } });
    const { headers, parameters } = await requestOf({ clientSecret: secret, clientAuthentication });
    expect(headers.authorization === undefined).toBe(place === 'in the body');
    expect(parameters['client_secret']).toBe(place === 'in the body' ? secret : undefined);
  });

  test('signs with it (RFC 7523), and does not send it', async () => {
    const clientSecret = 'a secret that is long enough for HS256';
    const { parameters, body } = await requestOf({ clientSecret, clientAuthentication: 'client_secret_jwt' });
    const { payload } = await jwtVerify(parameters['client_assertion'] ?? '', Buffer.from(clientSecret), {
      issuer: 'app',
      subject: 'app',
      audience: scene.server.issuer,
      currentDate: new Date(scene.clock.now()),
    });
    expect(payload.jti).toBeDefined();
    expect(parameters['client_assertion_type']).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(body).not.toContain(clientSecret);
  });

  test('may fetch it before each request, so that it can be changed', async () => {
    const given = ['first', 'second'];
    const flow = new ClientCredentialsFlow({
      ...scene.options(),
      clientSecret: () => Promise.resolve(given.shift() ?? ''),
    });
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.server.ledger.tokenRequests.map(({ clientSecret }) => clientSecret)).toEqual(['first', 'second']);
  });

  test('that is public sends its id only', async () => {
    const { headers, parameters } = await requestOf({});
    expect(headers.authorization).toBeUndefined();
    expect(parameters).toEqual({ ...grant, client_id: 'app' });
  });
});

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');
const jwk = { ...p384.privateKey.export({ format: 'jwk' }), kid: 'from the key' } as Record<string, unknown>;

/** The key as WebCrypto has it, which cannot be exported. */
const cryptoKey = (): Promise<CryptoKey> =>
  webcrypto.subtle.importKey(
    'pkcs8',
    rsa.privateKey.export({ type: 'pkcs8', format: 'der' }),
    { name: 'RSA-PSS', hash: 'SHA-256' },
    false,
    ['sign'],
  );

describe('a client with a private key', () => {
  test.each<[string, PrivateKey | (() => PrivateKey | Promise<PrivateKey>), KeyObject, string]>([
    ['RSA as PEM', pemOf(rsa.privateKey), rsa.publicKey, 'RS256'],
    ['P-256 as PEM', pemOf(p256.privateKey), p256.publicKey, 'ES256'],
    ['P-384 as PEM', `\n${pemOf(p384.privateKey)}\n`, p384.publicKey, 'ES384'],
    ['Ed25519 as PEM', pemOf(ed.privateKey), ed.publicKey, 'EdDSA'],
    ['a JWK', jwk, p384.publicKey, 'ES384'],
    ['a CryptoKey, by a function', cryptoKey, rsa.publicKey, 'PS256'],
    ['PEM, by a function', () => Promise.resolve(pemOf(rsa.privateKey)), rsa.publicKey, 'RS256'],
  ])('proves who it is: %s', async (_what, clientKey, publicKey, algorithm) => {
    const { parameters, headers } = await requestOf({ clientKey });
    const { client_assertion: assertion = '', ...form } = parameters;
    const { payload } = await jwtVerify(assertion, publicKey, {
      issuer: 'app',
      subject: 'app',
      audience: scene.server.issuer,
      currentDate: new Date(scene.clock.now()),
      algorithms: [algorithm],
    });
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    expect(form).toEqual({ ...grant, client_id: 'app', client_assertion_type: type });
    expect(headers.authorization).toBeUndefined();
    expect(Number(payload.exp) - Number(payload.iat)).toBe(60);
    expect(decodeProtectedHeader(assertion).kid).toBe(clientKey === jwk ? 'from the key' : undefined);
  });

  test('may fetch it before each request, so that it can be changed', async () => {
    const given = [p256, p384];
    const clientKey = (): string => pemOf((given.shift() ?? rsa).privateKey);
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey });
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    const assertions = scene.server.ledger.tokenRequests.map(({ parameters }) => parameters['client_assertion'] ?? '');
    expect(assertions.map((assertion) => decodeProtectedHeader(assertion).alg)).toEqual(['ES256', 'ES384']);
  });

  test('signs by the new name of EdDSA only where that is asked for (RFC 9864)', async () => {
    const { parameters } = await requestOf({
      clientKey: pemOf(ed.privateKey),
      clientAssertion: { algorithm: 'Ed25519' },
    });
    expect(decodeProtectedHeader(parameters['client_assertion'] ?? '').alg).toBe('Ed25519');
  });

  test('says what the server wants to hear', async () => {
    const { parameters } = await requestOf({
      clientKey: pemOf(rsa.privateKey),
      clientAssertion: { keyId: 'k2', algorithm: 'PS256', audience: 'https://login.example.org/token', lifetime: 3600 },
    });
    const assertion = parameters['client_assertion'] ?? '';
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'PS256', kid: 'k2' });
    const { payload } = await jwtVerify(assertion, rsa.publicKey, { currentDate: new Date(scene.clock.now()) });
    expect(payload.aud).toBe('https://login.example.org/token');
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3600);
  });

  test('names the token endpoint where no issuer is known (RFC 7523 section 3)', async () => {
    const { tokenEndpoint } = scene.server;
    const server = { tokenEndpoint };
    const { parameters } = await requestOf({ issuer: undefined, server, clientKey: pemOf(rsa.privateKey) });
    const { payload } = await jwtVerify(parameters['client_assertion'] ?? '', rsa.publicKey, {
      currentDate: new Date(scene.clock.now()),
    });
    expect(payload.aud).toBe(tokenEndpoint);
  });

  test.each([400, 401])(
    'makes another when the server wants its nonce in the DPoP proof, by status %i',
    async (status) => {
      scene.server.nextAnswers(
        { endpoint: 'token' },
        {
          name: 'nonce',
          before: () => ({
            status,
            headers: { 'dpop-nonce': 'n-1' },
            body: JSON.stringify({ error: 'use_dpop_nonce' }),
          }),
        },
      );
      await requestOf({ clientKey: pemOf(p256.privateKey), dpop: true });
      const requests = scene.server.ledger.tokenRequests;
      const proofs = requests.map(({ headers }) => decodeJwt(String(headers['dpop'])));
      expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n-1']);
      const assertions = requests.map(({ parameters }) => decodeJwt(parameters['client_assertion'] ?? ''));
      expect(new Set(assertions.map(({ jti }) => jti)).size).toBe(2);
    },
  );

  test('never makes the same assertion twice', async () => {
    const one = await requestOf({ clientKey: pemOf(ed.privateKey) });
    const two = await requestOf({ clientKey: pemOf(ed.privateKey), account: 'other' });
    expect(one.parameters['client_assertion']).not.toBe(two.parameters['client_assertion']);
  });

  test.each<[string, PrivateKey]>([
    ['no key at all', 'not a key'],
    ['a public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a public JWK', rsa.publicKey.export({ format: 'jwk' })],
    ['a JWK of another kind', { kty: 'oct', k: 'c2VjcmV0' }],
  ])('says so when given %s, and sends nothing', async (_what, clientKey) => {
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey });
    const error = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain('BEGIN PRIVATE KEY');
    scene.server.ledger.assertTokenRequests(0);
    if (typeof clientKey === 'string') expect(inspect(error)).not.toContain(clientKey.slice(40, 60) || 'none');
  });

  test('shows its assertion in no error, even when the server echoes it', async () => {
    scene.server.nextAnswers({ endpoint: 'token' }, faults.echoSecrets());
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey: pemOf(p256.privateKey) });
    const error = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    const sent = scene.server.ledger.tokenRequests[0]?.parameters['client_assertion'] ?? 'none';
    for (const part of sent.split('.')) expect(inspect(error, { depth: 9 })).not.toContain(part);
  });
});

describe('the option headers', () => {
  test('reaches the server with every request, the user agent among them', async () => {
    const headers = { 'user-agent': 'report/1.0 (ops@example.org)', 'x-team': 'ops' };
    await requestOf({ clientSecret: 'x', headers });
    const seen = scene.server.ledger
      .filter({})
      .map((entry) => [entry.endpoint, entry.headers['user-agent'], entry.headers['x-team']]);
    const [agent, team] = Object.values(headers);
    expect(seen).toEqual([
      ['discovery', agent, team],
      ['token', agent, team],
    ]);
  });
});

describe('a client that a server refuses in words of its own', () => {
  test('is a ClientRejectedError: EarthScope’s 401 access_denied "Unauthorized"', async () => {
    scene.server.nextAnswers(
      { endpoint: 'token' },
      faults.oauthError('access_denied', { status: 401, description: 'Unauthorized' }),
    );
    await expect(requestOf({ clientSecret: 'wrong' })).rejects.toMatchObject({
      name: 'ClientRejectedError',
      status: 401,
    });
  });
});

describe('a client with a certificate', () => {
  test.each(['tls_client_auth', 'self_signed_tls_client_auth'] as const)(
    'sends its id, to the endpoint that asks for certificates (RFC 8705 section 5): %s',
    async (clientAuthentication) => {
      const other = await GrantScene.start();
      await using _ = other;
      scene.server.configure({ metadata: { mtls_endpoint_aliases: { token_endpoint: other.server.tokenEndpoint } } });
      const flow = new ClientCredentialsFlow({ ...scene.options(), clientAuthentication });
      await flow.getAccessTokenRefreshIfNecessary();
      scene.server.ledger.assertTokenRequests(0);
      const [request] = other.server.ledger.tokenRequests;
      expect(request?.parameters).toEqual({ ...grant, client_id: 'app' });
      expect(request?.headers.authorization).toBeUndefined();
    },
  );
});

describe('claims about the user', () => {
  test.each([
    ['tls_client_auth', 'endpoint for certificates'],
    ['none', 'usual one'],
  ] as const)('are asked for with %s at the %s', async (clientAuthentication, where) => {
    const other = await GrantScene.start();
    await using _ = other;
    const alias = `${other.server.issuer}/userinfo`;
    scene.server.configure({ metadata: { mtls_endpoint_aliases: { userinfo_endpoint: alias } } });
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAuthentication });
    await flow.importTokens({ access_token: 'secret-at', expires_in: 60 });
    await flow.fetchUserInfo().catch(() => undefined);
    const asked = [scene, other].filter(({ server }) => server.ledger.filter({ endpoint: 'userinfo' }).length > 0);
    expect(asked).toEqual([where === 'usual one' ? scene : other]);
  });
});

describe('an endpoint for certificates that is not secure', () => {
  test('is refused before anything is sent', async () => {
    scene.server.configure({ metadata: { mtls_endpoint_aliases: { token_endpoint: 'http://tls.example.org/token' } } });
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAuthentication: 'tls_client_auth' });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'INSECURE_TRANSPORT' });
  });
});

describe('client options that do not fit', () => {
  test.each<Partial<ClientCredentialsFlowOptions>>([
    { clientAuthentication: 'client_secret_basic' },
    { clientAuthentication: 'client_secret_jwt' },
    { clientAuthentication: 'private_key_jwt', clientSecret: 'x' },
    { clientAuthentication: 'secret' as never },
    { clientKey: 1 as never },
    { clientKey: pemOf(ed.privateKey), clientSecret: 'which?' },
    { clientKey: pemOf(ed.privateKey), clientAssertion: { lifetime: -1 } },
    { dialect: { revocationFormat: 'xml' as never } },
  ])('are refused at once (%#)', (options) => {
    expect(() => new ClientCredentialsFlow({ ...scene.options(), ...options })).toThrow(TypeError);
  });
});
