import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, type ClientAssertionContext, RefreshTokenFlow } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { inspect } from 'node:util';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const spiffe = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';

/** A JWT that nobody checks, with a number in it. */
function jwt(number: number, exp?: number): string {
  const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ jti: number, exp })}.c2ln`;
}

const sent = (): (string | undefined)[] =>
  scene.server.ledger.tokenRequests.map(({ parameters }) => parameters['client_assertion']);

describe('an assertion that is made elsewhere', () => {
  test('is read for each request, and told what it is for', async () => {
    const asked: ClientAssertionContext[] = [];
    const from = (context: ClientAssertionContext): Promise<string> => Promise.resolve(jwt(asked.push(context)));
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from } });
    await flow.getAccessTokenRefreshIfNecessary();
    const began = scene.clock.now();
    await scene.expire();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(sent()).toEqual([jwt(1), jwt(2)]);
    expect(scene.lastForm).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_assertion_type: jwtBearer,
      client_assertion: jwt(2),
    });
    const { issuer, tokenEndpoint } = scene.server;
    expect(asked[1]).toEqual({ clientId: 'app', audience: issuer, tokenEndpoint, now: expect.any(Number) });
    expect(asked[1]?.now).toBeGreaterThan(began);
  });

  test.each([
    ['the token endpoint, where no issuer is known', undefined],
    ['what the option says', 'https://login.example.org'],
  ])('is for %s', async (_what, audience) => {
    const { tokenEndpoint } = scene.server;
    let asked: string | undefined;
    const from = (context: ClientAssertionContext): string => ((asked = context.audience), jwt(1));
    const flow = new ClientCredentialsFlow({
      ...scene.options(),
      issuer: undefined,
      server: { tokenEndpoint },
      clientAssertion: { from, audience },
    });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(asked).toBe(audience ?? tokenEndpoint);
  });

  test('is of the type that the option names, such as SPIFFE’s', async () => {
    const options = { ...scene.options(), clientId: 'spiffe://example.org/report' };
    await new ClientCredentialsFlow({
      ...options,
      clientAssertion: { from: () => jwt(1), type: spiffe },
    }).getAccessTokenRefreshIfNecessary();
    expect(scene.lastForm).toMatchObject({ client_assertion_type: spiffe, client_id: options.clientId });
  });

  test('is another one when a request is made again within a call', async () => {
    scene.server.nextAnswers(
      { endpoint: 'token' },
      { name: 'busy', before: () => ({ status: 503, headers: {}, body: '' }) },
    );
    let count = 0;
    const flow = new ClientCredentialsFlow({
      ...scene.options(),
      clientAssertion: { from: () => jwt(++count) },
      retry: {},
    });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(sent()).toEqual([jwt(1), jwt(2)]);
  });

  test('is another one when the first ended before its turn came', async () => {
    let count = 0;
    const options = scene.options();
    const lock = {
      withLock: async <T>(_key: string, task: (lock: { signal: AbortSignal }) => Promise<T>): Promise<T> => {
        await scene.clock.advance(20_000);
        return task({ signal: new AbortController().signal });
      },
    };
    const from = ({ now }: ClientAssertionContext): string => jwt(++count, Math.floor(now / 1000) + 10);
    const flow = new ClientCredentialsFlow({ ...options, lock: lock, clientAssertion: { from } });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(sent()).toHaveLength(1);
    expect(count).toBe(2);
  });

  test('is read before the lock is taken', async () => {
    const order: string[] = [];
    const options = scene.options();
    const lock = {
      withLock: <T>(_key: string, task: (lock: { signal: AbortSignal }) => Promise<T>): Promise<T> => {
        order.push('lock');
        return task({ signal: new AbortController().signal });
      },
    };
    const from = (): string => (order.push('assertion'), jwt(1));
    const flow = new ClientCredentialsFlow({ ...options, lock: lock, clientAssertion: { from } });
    await flow.getAccessTokenRefreshIfNecessary();
    expect(order).toEqual(['assertion', 'lock']);
  });

  test('that cannot be had spends no refresh token', async () => {
    const refreshToken = await scene.refreshToken();
    const flow = new RefreshTokenFlow({
      ...scene.options(),
      refreshToken,
      clientAssertion: { from: () => Promise.reject(new Error('no such pod')) },
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'CLIENT_SECRET_UNAVAILABLE',
      message: expect.stringContaining('clientAssertion.from'),
      retryable: true,
      mayHaveArrived: false,
    });
    scene.server.ledger.assertTokenRequests(0);
  });

  test('is in no storage, and in no error', async () => {
    const assertion = 'an-assertion-of-somebody-else';
    scene.server.nextAnswers({ endpoint: 'token' }, faults.echoSecrets());
    const flow = new ClientCredentialsFlow({ ...scene.options(), clientAssertion: { from: () => assertion } });
    const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 9 })).not.toContain(assertion);
    await flow.getAccessTokenRefreshIfNecessary();
    expect(JSON.stringify(await scene.stored(flow))).not.toContain(assertion);
  });
});

describe('options of an assertion that do not fit', () => {
  const from = (): string => jwt(1);
  test.each([
    [{ clientAssertion: { from: jwt(1) } }, /clientAssertion\.from must be a function/],
    [{ clientAssertion: { type: spiffe } }, /type goes with clientAssertion\.from/],
    [{ clientAssertion: { from, type: '' } }, /clientAssertion\.type/],
    [{ clientAssertion: { from, keyId: 'k' } }, /leave out keyId/],
    [{ clientAssertion: { from, lifetime: 9 } }, /leave out lifetime/],
    [{ clientAssertion: { from }, clientKey: 'pem' }, /leave out clientKey/],
    [{ clientAssertion: { from }, clientSecret: 's' }, /clientSecret and clientAssertion\.from are both given/],
    [{ clientAssertion: { header: { alg: 'RS256' } }, clientKey: 'pem' }, /header has a alg.*algorithm/],
    [{ clientAssertion: { header: 'x5t' }, clientKey: 'pem' }, /header must be an object/],
  ])('are refused at once: %#', (options, message) => {
    const construct = (): unknown => new ClientCredentialsFlow({ ...scene.options(), ...options } as never);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(message);
  });
});
