import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthFlowError,
  ClientCredentialsFlow,
  CredentialsFileError,
  MissingCredentialsError,
  TokenExchangeFlow,
} from '@latchkey/core';
import { assertionFile, githubActionsToken, privateKeyFile } from '@latchkey/core/node';
import { jwtVerify } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { GrantScene } from '../scenes/grant-scene.js';
import { allTextOf, failureOf, written } from './written-files.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A volume as kubelet writes it: files are links into `..data`, a link that is replaced by renaming another over it. */
class ProjectedVolume {
  readonly #folder = dirname(written('x', ''));
  readonly token = join(this.#folder, 'token');
  #version = 0;

  constructor(token: string) {
    this.swap(token);
    symlinkSync('..data/token', this.token);
  }

  swap(token: string): void {
    const name = `..2026_${++this.#version}`;
    mkdirSync(join(this.#folder, name));
    writeFileSync(join(this.#folder, name, 'token'), token);
    symlinkSync(name, join(this.#folder, '..data_tmp'));
    renameSync(join(this.#folder, '..data_tmp'), join(this.#folder, '..data'));
  }
}

describe('a file with an assertion', () => {
  test('is read anew for each request, when Kubernetes has swapped the token under the program', async () => {
    const volume = new ProjectedVolume('first.jwt.x');
    const flow = new ClientCredentialsFlow({
      ...scene.options(),
      clientAssertion: { from: assertionFile(volume.token) },
    });
    await flow.getAccessTokenRefreshIfNecessary();
    volume.swap('second.jwt.x');
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    const sent = scene.server.ledger.tokenRequests.map(({ parameters }) => parameters['client_assertion']);
    expect(sent).toEqual(['first.jwt.x', 'second.jwt.x']);
  });

  test('may end with a line end, and serves as a subject token', async () => {
    const subjectToken = assertionFile(written('token', 'a.b.c\n'));
    await new TokenExchangeFlow({
      ...scene.options(),
      subjectToken,
      account: 'pod',
    }).getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['subject_token']).toBe('a.b.c');
  });

  test.each([
    ['missing', '/no/such/token', 'CREDENTIALS_FILE_MISSING'],
    ['empty', written('token', '\n'), 'CREDENTIALS_FILE_INVALID'],
  ])('that is %s is told of by its path', async (_what, path, code) => {
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from: assertionFile(path) } });
    const error = await failureOf(flow.getAccessTokenRefreshIfNecessary());
    expect(error).toBeInstanceOf(CredentialsFileError);
    expect(error).toMatchObject({ code, path });
    scene.server.ledger.assertTokenRequests(0);
  });

  test.each<[string, (path: string) => void, object]>([
    ['gone', rmSync, { code: 'CREDENTIALS_FILE_MISSING' }],
    ['empty', (path) => writeFileSync(path, ''), { code: 'CREDENTIALS_FILE_INVALID', retryable: true }],
  ])('that is %s for a moment costs nobody a token that is still valid', async (_what, harm, expected) => {
    const path = written('token', 'first.jwt.x');
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from: assertionFile(path) } });
    await expectWaited(flow, () => harm(path), expected);
  });
});

/** Harms what proves the client: a token that is still valid is given until it ends, and then the failure. */
async function expectWaited(flow: ClientCredentialsFlow, harm: () => void, expected: object): Promise<void> {
  const told: AuthFlowError[] = [];
  flow.events.on('renewalFailed', ({ error }) => told.push(error));
  const token = await flow.getAccessTokenRefreshIfNecessary();
  harm();
  await scene.clock.advance(3_560_000);
  expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
  expect(told).toEqual([expect.objectContaining(expected)]);
  await scene.clock.advance(60_000);
  expect(await failureOf(flow.getAccessTokenRefreshIfNecessary())).toMatchObject(expected);
  scene.server.ledger.assertTokenRequests(1);
}

describe('a file with a key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encrypted = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open sesame' } as const;
  const path = written('key.pem', `Bag Attributes\n    friendlyName: x\n${privateKey.export(encrypted).toString()}`);
  const plain = written('key.pem', privateKey.export({ format: 'pem', type: 'sec1' }));

  test.each([
    ['its passphrase', path, 'open sesame'],
    ['a function that fetches it', path, () => Promise.resolve('open sesame')],
    ['none, where it is not encrypted', plain, undefined],
  ])('is read with %s', async (_what, file, passphrase) => {
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey: privateKeyFile(file, { passphrase }) });
    await flow.getAccessTokenRefreshIfNecessary();
    const options = { currentDate: new Date(scene.clock.now()), algorithms: ['ES256'] };
    await expect(jwtVerify(scene.lastForm['client_assertion'] ?? '', publicKey, options)).resolves.toBeDefined();
  });

  test('that is half written costs nobody a token that is still valid', async () => {
    const text = privateKey.export({ format: 'pem', type: 'sec1' }).toString();
    const file = written('key.pem', text);
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientKey: privateKeyFile(file) });
    await expectWaited(flow, () => writeFileSync(file, text.slice(0, 60)), {
      name: 'CredentialsFileError',
      retryable: true,
    });
  });

  test('and another passphrase is told of, without either', async () => {
    const error = await failureOf(Promise.resolve(privateKeyFile(path, { passphrase: 'wrong one' })()));
    expect(error).toMatchObject({ name: 'CredentialsFileError', path });
    expect(allTextOf(error)).not.toMatch(/wrong one|sesame|BEGIN/);
  });
});

describe('the id token of a job of GitHub Actions', () => {
  // As actions/toolkit asks (packages/core/src/oidc-utils.ts): GET, the audience added to a URL that has a query, a bearer
  // token, and the JWT under `value`.
  let server: Server;
  let answer: { status: number; body: string };
  const seen: IncomingMessage[] = [];
  const env = (): Record<string, string> => ({
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/job/idtoken?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runtime-s3cret',
  });

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request);
      const { status, body } = answer;
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    seen.length = 0;
    answer = { status: 200, body: JSON.stringify({ count: 9, value: 'gh.id.token' }) };
  });
  afterAll(() => void server.close());

  test('is asked for at each request, for the audience', async () => {
    const from = githubActionsToken({ audience: 'https://login.example.org/?a=b&c', env: env() });
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from } });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['client_assertion']).toBe('gh.id.token');
    await scene.expire();
    answer = { ...answer, body: JSON.stringify({ value: 'gh.id.second' }) };
    await flow.getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm['client_assertion']).toBe('gh.id.second');
    const url = new URL(String(seen[0]?.url), 'http://127.0.0.1');
    expect([...url.searchParams]).toEqual([
      ['api-version', '2.0'],
      ['audience', 'https://login.example.org/?a=b&c'],
    ]);
    expect(seen[0]).toMatchObject({ method: 'GET', headers: { authorization: 'Bearer runtime-s3cret' } });
    expect(seen).toHaveLength(2);
  });

  test.each([
    ['both variables', {}, ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN']],
    ['the token', { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x.org' }, ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']],
  ])('cannot be had without %s, and the permission is named', async (_what, given, names) => {
    const error = await failureOf(githubActionsToken({ audience: 'x', env: given })());
    expect(error).toBeInstanceOf(MissingCredentialsError);
    expect(error).toMatchObject({ names, remedy: expect.stringContaining('id-token: write') });
  });

  test.each([
    [403, '{"message":"no"}'],
    [200, '{}'],
    [200, 'not JSON'],
  ])('that GitHub refuses with %i %s is an outage before anything is sent', async (status, body) => {
    answer = { status, body };
    const from = githubActionsToken({ audience: 'x', env: env() });
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from } });
    const error = await failureOf(flow.getAccessTokenRefreshIfNecessary());
    expect(error).toMatchObject({ code: 'CLIENT_SECRET_UNAVAILABLE', retryable: true });
    expect(allTextOf(error)).toContain(`answered ${status}`);
    expect(allTextOf(error)).not.toContain('runtime-s3cret');
    scene.server.ledger.assertTokenRequests(0);
  });

  test('is asked for over HTTPS or on loopback only', async () => {
    const insecure = { ...env(), ACTIONS_ID_TOKEN_REQUEST_URL: 'http://actions.example.org/' };
    const token = githubActionsToken({ audience: 'x', env: insecure })();
    await expect(token).rejects.toMatchObject({ code: 'INSECURE_TRANSPORT' });
    expect(() => githubActionsToken({ audience: '' })).toThrow(TypeError);
  });
});
