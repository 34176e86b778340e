import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, JwtBearerFlow, type PrivateKey, signAssertion } from '@latchkey/core';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed = generateKeyPairSync('ed25519');
const pemOf = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string =>
  key.export({ type: type, format: 'pem' }).toString();
const certificate = '-----BEGIN CERTIFICATE-----\nTm90IG9uZQ==\n-----END CERTIFICATE-----\n';
const attributes = 'Bag Attributes\n    friendlyName: client\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n';
const curve = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

const written: [string, PrivateKey, KeyObject, string][] = [
  ['PKCS #1', pemOf(rsa.privateKey, 'pkcs1'), rsa.publicKey, 'RS256'],
  ['SEC1 of P-256', pemOf(p256.privateKey, 'sec1'), p256.publicKey, 'ES256'],
  ['SEC1 of P-384', pemOf(p384.privateKey, 'sec1'), p384.publicKey, 'ES384'],
  ['SEC1 of P-521', pemOf(p521.privateKey, 'sec1'), p521.publicKey, 'ES512'],
  [
    'SEC1 behind its curve, as openssl ecparam -genkey has it',
    curve + pemOf(p256.privateKey, 'sec1'),
    p256.publicKey,
    'ES256',
  ],
  ['line ends as \\n', pemOf(rsa.privateKey).replaceAll('\n', '\\n'), rsa.publicKey, 'RS256'],
  ['line ends as \\r\\n, in quotes', `"${pemOf(ed.privateKey).replaceAll('\n', '\\r\\n')}"`, ed.publicKey, 'EdDSA'],
  ['line ends as spaces', pemOf(rsa.privateKey, 'pkcs1').replaceAll('\n', ' '), rsa.publicKey, 'RS256'],
  ['the line ends of Windows', pemOf(p256.privateKey).replaceAll('\n', '\r\n'), p256.publicKey, 'ES256'],
  ['bag attributes before it', attributes + pemOf(rsa.privateKey), rsa.publicKey, 'RS256'],
  ['a certificate before it', certificate + pemOf(rsa.privateKey), rsa.publicKey, 'RS256'],
  ['certificates behind it', pemOf(p256.privateKey) + certificate + certificate, p256.publicKey, 'ES256'],
  ['Node’s KeyObject of RSA', rsa.privateKey, rsa.publicKey, 'RS256'],
  ['Node’s KeyObject of P-384', p384.privateKey, p384.publicKey, 'ES384'],
  ['Node’s KeyObject of Ed25519', ed.privateKey, ed.publicKey, 'EdDSA'],
];

describe('a private key', () => {
  test.each(written)('may be given as %s', async (_what, clientKey, publicKey, algorithm) => {
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey });
    await flow.getAccessTokenRefreshIfNecessary();
    const { payload } = await jwtVerify(scene.lastForm['client_assertion'] ?? '', publicKey, {
      currentDate: new Date(scene.clock.now()),
      algorithms: [algorithm],
    });
    expect(payload.iss).toBe('app');
  });

  const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pw' } as const;
  const old = { ...encrypted, type: 'pkcs1' } as const;
  const unusable: [string, PrivateKey, RegExp][] = [
    ['is encrypted', rsa.privateKey.export(encrypted).toString(), /encrypted.*privateKeyFile.*createPrivateKey/],
    ['is encrypted as PKCS #1', rsa.privateKey.export(old).toString(), /encrypted.*privateKeyFile/],
    [
      'is in the form of OpenSSH',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      /ssh-keygen/,
    ],
    ['is a certificate', certificate, /holds a CERTIFICATE and no whole private key/],
    ['is cut', pemOf(rsa.privateKey).slice(0, 800), /no whole private key/],
    [
      'is of a curve that nothing signs by',
      pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'sec1'),
      /cannot be read/,
    ],
    ['is the public half', rsa.publicKey, /cannot be read/],
    ['is no base64', '-----BEGIN RSA PRIVATE KEY-----\n????\n-----END RSA PRIVATE KEY-----', /cannot be read/],
    ['is no DER', '-----BEGIN EC PRIVATE KEY-----\n/////w==\n-----END EC PRIVATE KEY-----', /curve/],
  ];
  test.each(unusable)('that %s is told of, and nothing is sent', async (_what, clientKey, message) => {
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey });
    const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(message);
    if (typeof clientKey === 'string')
      expect(inspect(error)).not.toContain(clientKey.split('\n')[1]?.slice(0, 30) || 'x!');
    scene.server.ledger.assertTokenRequests(0);
  });
});

describe('further fields of a header', () => {
  const header = { 'x5t#S256': 'dGh1bWI', x5t: 'b2xk' };

  test('stand in what proves the client', async () => {
    const clientAssertion = { header, keyId: 'k', algorithm: 'PS256' };
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey: rsa.privateKey, clientAssertion });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(decodeProtectedHeader(scene.lastForm['client_assertion'] ?? '')).toEqual({
      ...header,
      kid: 'k',
      alg: 'PS256',
    });
  });

  test('stand in what is signed for a grant', async () => {
    const assertion = signAssertion({ key: rsa.privateKey, issuer: 'me', header });
    await new JwtBearerFlow({ ...scene.options(), assertion }).getAccessTokenRefreshIfNecessary();
    expect(decodeProtectedHeader(scene.lastForm['assertion'] ?? '')).toEqual({ ...header, typ: 'JWT', alg: 'RS256' });
    expect(() => signAssertion({ key: rsa.privateKey, issuer: 'me', header: { kid: 'k' } })).toThrow(/keyId/);
  });
});
