import { inspect } from 'node:util';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { JwtBearerFlow, type JwtBearerFlowOptions, signAssertion } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const asText = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

function flowOf(options: Partial<JwtBearerFlowOptions> = {}): JwtBearerFlow {
  return new JwtBearerFlow({ ...scene.options(), assertion: asText({ sub: 'ada' }), ...options });
}

describe('JwtBearerFlow', () => {
  test('presents an assertion that is signed anew for each request', async () => {
    const flow = flowOf({
      assertion: signAssertion({ key: pem, keyId: 'k1', issuer: 'robot@example.org', claims: { scope: 'read' } }),
      subject: 'ada',
    });
    await flow.getAccessTokenRefreshIfNecessary();
    const { assertion = '', ...form } = scene.lastForm;
    expect(form).toEqual({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: 'app' });
    const { payload } = await jwtVerify(assertion, await importSPKI(spki, 'RS256'), {
      audience: scene.server.tokenEndpoint,
      issuer: 'robot@example.org',
      subject: 'ada',
      currentDate: new Date(scene.clock.now()),
    });
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(payload).toMatchObject({ scope: 'read', exp: Number(payload.iat) + 300, jti: expect.any(String) });
    await flow.logout();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['assertion']).not.toBe(assertion);
  });

  test('signs with audience, lifetime and algorithm as told, and for itself when there is no subject', async () => {
    const { privateKey: elliptic } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = elliptic.export({ format: 'jwk' }) as Record<string, unknown>;
    await flowOf({
      assertion: signAssertion({ key: () => key, issuer: 'robot', audience: 'urn:other', lifetime: 60 }),
    }).getAccessTokenRefreshIfNecessary();
    const [header = '', payload = ''] = (scene.lastForm['assertion'] ?? '').split('.');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toEqual({ alg: 'ES256', typ: 'JWT' });
    const iat = Math.floor(scene.clock.now() / 1000) - 10;
    expect(read(payload)).toMatchObject({ iss: 'robot', sub: 'robot', aud: 'urn:other', iat, exp: iat + 60 });
  });

  test('signs the header fields and claims that are given, which win but for the subject', async () => {
    const claims = { aud: ['urn:a', 'urn:b'], sub: 'somebody', nbf: 5 };
    const assertion = signAssertion({ key: pem, issuer: 'robot', header: { typ: 'authorization-grant+jwt' }, claims });
    const context = { tokenEndpoint: 'https://login.example.org/token', now: 1_767_225_600_999 };
    const signed = await assertion({ ...context, subject: undefined });
    expect(decodeProtectedHeader(signed)).toEqual({ alg: 'RS256', typ: 'authorization-grant+jwt' });
    expect(decodeJwt(signed)).toMatchObject({ ...claims, iss: 'robot', iat: 1_767_225_590 });
    expect(decodeJwt(await assertion({ ...context, subject: 'ada' }))).toMatchObject({ ...claims, sub: 'ada' });
  });

  test.each([
    [0, 0],
    [5, 0],
    [30, 5],
    [60, 10],
    [3600, 10],
  ])('dates an assertion of %i seconds %i seconds back, for a clock that is ahead', async (lifetime, back) => {
    const context = { tokenEndpoint: 'https://login.example.org/token', now: 1_767_225_600_000, subject: undefined };
    const claims = decodeJwt(await signAssertion({ key: pem, issuer: 'robot', lifetime })(context));
    expect(claims).toMatchObject({ iat: 1_767_225_600 - back, exp: 1_767_225_600 - back + lifetime });
  });

  test.each([
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: undefined }],
    ['key', { key: undefined }],
    ['key', { key: '' }],
    ['lifetime', { lifetime: '5m' }],
    ['lifetime', { lifetime: -1 }],
    ['lifetime', { lifetime: Infinity }],
    ['header', { header: null }],
    ['header', { header: ['typ'] }],
    ['header', { header: { alg: 'none' } }],
  ])('signs nothing with a malformed %s: %j', (name, options) => {
    const sign = (): unknown => signAssertion({ key: pem, issuer: 'robot', ...options } as never);
    expect(sign).toThrow(TypeError);
    expect(sign).toThrow(name);
  });

  test('asks its function for one assertion a request', async () => {
    let asked = 0;
    const assertion = (): string => asText({ sub: 'ada', asked: ++asked });
    await flowOf({ assertion, subject: 'ada' }).getAccessTokenRefreshIfNecessary();
    expect(asked).toBe(1);
  });

  test.each(['', 5])('takes no sub for the account that is none: %p', (sub) => {
    expect(flowOf({ assertion: asText({ sub }) }).key).not.toContain('account');
  });

  test('has one name for whom the tokens are for', () => {
    expect(() => flowOf({ subject: 5 as never })).toThrow('subject must be a non-empty string');
    expect(() => flowOf({ subject: 'ada', account: 'tenant' })).toThrow(/account and subject .* differ/);
    expect(flowOf({ subject: 'ada', account: 'ada' }).key).toContain('account=ada');
    expect(flowOf({ account: 'tenant' }).key).toContain('account=tenant');
  });

  test('keeps the tokens of each subject apart', async () => {
    expect(flowOf().key).toContain('account=ada');
    expect(flowOf({ subject: 'bob' }).key).toContain('account=bob');
    const flow = flowOf({ assertion: ({ subject = '' }) => asText({ sub: subject }), subject: 'ada' });
    const bob = flow.withAccount('bob');
    await Promise.all([flow.getAccessTokenRefreshIfNecessary(), bob.getAccessTokenRefreshIfNecessary()]);
    const subjects = scene.server.ledger.tokenRequests.map(({ parameters }) => parameters['assertion']);
    expect(new Set(subjects)).toEqual(new Set([asText({ sub: 'ada' }), asText({ sub: 'bob' })]));
    expect(bob.key).toContain('account=bob');
    expect(() => flowOf().withAccount('bob')).toThrow(TypeError);
  });

  test('redeems a refresh token where the server gives one, and asks anew when that is refused', async () => {
    const flow = flowOf();
    await flow.getAccessTokenRefreshIfNecessary();
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['grant_type']).toBe('refresh_token');
    scene.server.revokeRefreshToken((await scene.stored(flow))?.refreshToken ?? '');
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['grant_type']).toContain('jwt-bearer');
  });

  test('says what to look at when the assertion is refused', async () => {
    scene.server.nextAnswers({ endpoint: 'token' }, faults.oauthError('invalid_grant'));
    await expect(flowOf().getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'INVALID_GRANT',
      remedy: expect.stringContaining('clock'),
    });
  });

  test('says when a key cannot be read, without a word of it', async () => {
    const key = pem.replaceAll('A', 'B');
    const assertion = signAssertion({ key, issuer: 'robot' });
    const error = await flowOf({ assertion })
      .getAccessTokenRefreshIfNecessary()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError); // no outage, which a further attempt might mend
    expect(String(error)).toContain('BEGIN PRIVATE KEY');
    for (const piece of key.match(/\w{16}/g) ?? []) expect(inspect(error, { depth: 9 })).not.toContain(piece);
    scene.server.ledger.assertTokenRequests(0);
  });

  test('refuses an assertion that is none at once', () => {
    expect(() => flowOf({ assertion: '' })).toThrow(TypeError);
    expect(() => flowOf({ assertion: undefined as never })).toThrow(TypeError);
  });
});
