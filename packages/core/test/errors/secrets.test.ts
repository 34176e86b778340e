import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  type FlowEventMap,
  MemoryTokenStorage,
  PasswordFlow,
  TokenSet,
} from '@latchkey/core';
import { FakeAuthorizationServer, type Fault, faults, TestClock } from '@latchkey/core/testing';

const clientSecret = 'MARKED-client-secret-5f2c';
const gatewayKey = 'MARKED-gateway-key-77';
let server: FakeAuthorizationServer;
let printed: string[];
let restore: () => void;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1, expiresIn: 3600 });
  printed = [];
  const streams = [process.stdout, process.stderr];
  const originals = streams.map((stream) => stream.write.bind(stream));
  streams.forEach((stream) => {
    stream.write = (chunk: unknown) => printed.push(String(chunk)) > 0;
  });
  restore = () => streams.forEach((stream, index) => (stream.write = originals[index] ?? stream.write));
});
afterEach(async () => {
  restore();
  await server.stop();
});

/** All that a program could print of a value. */
function shown(value: unknown): string {
  const seen: string[] = [inspect(value, { depth: 10, showHidden: true, getters: false }), String(value)];
  seen.push(JSON.stringify(value, Object.getOwnPropertyNames(Object(value))));
  for (let error = value; error instanceof Error; error = error.cause) {
    seen.push(error.message, error.stack ?? '', JSON.stringify({ ...error }), ...Object.values(error).map(String));
  }
  return seen.join('\n');
}

/** Fails when a secret, or a piece of eight characters of one, is in the text. */
function expectNoSecret(text: string): void {
  for (const secret of new Set([...server.secrets, clientSecret, gatewayKey, btoa(`machine:${clientSecret}`)])) {
    for (let at = 4; at + 8 <= secret.length; at++) {
      const piece = secret.slice(at, at + 8);
      if (text.includes(piece)) throw new Error(`"${piece}" of a secret is in:\n${text}`);
    }
  }
}

function watch(flow: DeviceCodeFlow | ClientCredentialsFlow): unknown[] {
  const events: unknown[] = [];
  const names: (keyof FlowEventMap)[] = [
    'loaded',
    'renewed',
    'adopted',
    'authorized',
    'saved',
    'saveFailed',
    'renewalFailed',
    'loginRequired',
    'outcomeUnknown',
    'answerInvalid',
    'refreshTokenExpiring',
    'loggedOut',
  ];
  for (const name of names) flow.events.on(name, (event) => events.push(event));
  return events;
}

function device(options: Partial<DeviceCodeFlowOptions> = {}): DeviceCodeFlow {
  return new DeviceCodeFlow({
    issuer: server.issuer,
    clientId: 'cli',
    clientSecret,
    scope: 'openid offline_access',
    clock: new TestClock({ autoAdvance: true }),
    promptUser: () => undefined,
    ...options,
  });
}

const echoes: [string, () => Fault][] = [
  ['an error that echoes everything', () => faults.echoSecrets()],
  ['invalid_grant that echoes everything', () => faults.echoSecrets('invalid_grant')],
  ['invalid_client that echoes everything', () => faults.echoSecrets('invalid_client', 401)],
  ['an outage that echoes everything', () => faults.echoSecrets('server_error', 503)],
  ['an error with status 200', () => faults.oauthError('invalid_request', { status: 200, description: clientSecret })],
  ['a reset connection', () => faults.reset({ processed: true })],
  ['a truncated answer', () => faults.truncate()],
  ['an HTML page', () => faults.html(200, { processed: true })],
  ['a redirect', () => faults.redirect('https://elsewhere.example/')],
  ['an answer without a token type', () => faults.changeFields(({ token_type: _none, ...rest }) => rest)],
  [
    'an answer with an error and tokens',
    () => faults.changeFields((all) => ({ ...all, error: 'odd', error_description: JSON.stringify(all) })),
  ],
  ['an answer without an access token', () => faults.changeFields(({ access_token: _none, ...rest }) => rest)],
  ['an id token that is none', () => faults.changeFields((all) => ({ ...all, id_token: all['refresh_token'] }))],
];

describe('no secret is shown', () => {
  test.each(echoes)('by a renewal that meets %s', async (_name, fault) => {
    const flow = device();
    const events = watch(flow);
    await flow.doFlow();
    server.nextAnswers({ grantType: 'refresh_token' }, fault());
    const result: unknown = await flow.refresh().catch((error: unknown) => error);
    expectNoSecret([result, flow, flow.tokens, events, ...events].map(shown).join('\n') + printed.join(''));
  });

  test.each(echoes)('by a client that meets %s', async (_name, fault) => {
    const flow = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'machine', clientSecret });
    const events = watch(flow);
    server.nextAnswers({ grantType: 'client_credentials' }, fault());
    const result: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((error: unknown) => error);
    expectNoSecret([result instanceof Error ? result : '', flow, events].map(shown).join('\n') + printed.join(''));
  });

  test.each(echoes)('by a device login that meets %s', async (_name, fault) => {
    for (const filter of [{ endpoint: 'device_authorization' as const }, { endpoint: 'token' as const }]) {
      const flow = device();
      const events = watch(flow);
      server.nextAnswers(filter, fault());
      const result: unknown = await flow.doFlow().catch((error: unknown) => error);
      expectNoSecret([result, flow, events].map(shown).join('\n') + printed.join(''));
    }
  });

  const header = { 'x-gateway-key': gatewayKey };
  const gateways: [string, Pick<ClientCredentialsFlowOptions, 'headers' | 'dialect'>][] = [
    ['the option headers', { headers: { ...header, 'x-empty-key': '' } }],
    ['dialect.request', { dialect: { request: (request) => ({ ...request, headers: header }) } }],
  ];
  test.each(gateways)('by a gateway that echoes its key, given by %s', async (_name, options) => {
    const flow = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'machine', clientSecret, ...options });
    const description = `No such key: ${gatewayKey}. See https://gateway.example/keys`;
    server.nextAnswers(
      { grantType: 'client_credentials' },
      faults.oauthError('access_denied', { status: 403, description }),
    );
    const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ errorDescription: 'No such key: [redacted] See https://gateway.example/keys' });
    expectNoSecret(shown(error) + printed.join(''));
  });

  test('by a gateway that echoes the first word of a key', async () => {
    const headers = { 'x-gateway-secret': 'wonderful horse battery' };
    const flow = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'machine', clientSecret, headers });
    const fault = faults.oauthError('access_denied', {
      status: 403,
      description: 'No such key: wonderful horse battery',
    });
    server.nextAnswers({ grantType: 'client_credentials' }, fault);
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      errorDescription: 'No such key: [redacted] [redacted] [redacted]',
    });
  });

  const passphrase = 'correct horse battery staple';
  const odd = 'x7(k,Q;z"9';
  test.each([
    [passphrase, `Not ${passphrase}, Ada.`, 'Not [redacted] [redacted] [redacted] [redacted], Ada.'],
    [passphrase, 'Begins with correct ho', 'Begins with [redacted] [redacted]'],
    [passphrase, 'Is ery stap it?', 'Is [redacted] [redacted] it?'],
    [passphrase, 'A correct, a horse or staple.', 'A correct, a horse or staple.'],
    [passphrase, 'Form: password=correct+horse+battery+staple', 'Form: [redacted]'],
    [passphrase, 'URL: /token?password=correct%20horse%2', 'URL: [redacted]'],
    [odd, `For Ada "${odd}" is wrong.`, 'For Ada "[redacted]([redacted],[redacted];[redacted]"[redacted]" is wrong.'],
    [odd, 'Wrong: (k,Q;z"9, (k,Q) is not.', 'Wrong: ([redacted],[redacted];[redacted]"[redacted], (k,Q) is not.'],
    ['top1\tmid2\tend3', 'Bad top1\tmid2\tend3 of Ada', 'Bad [redacted] [redacted] [redacted] of Ada'],
  ])('by a password of several words, %j, in the answer %j', async (password, description, expected) => {
    const flow = new PasswordFlow({ issuer: server.issuer, clientId: 'cli', username: 'ada', password });
    server.nextAnswers({ grantType: 'password' }, faults.oauthError('invalid_grant', { description }));
    const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INVALID_GRANT', errorDescription: expected });
    expect((error as Error).message).toContain(expected);
  });

  test('by a logout that the server does not confirm', async () => {
    const flow = device();
    await flow.doFlow();
    server.nextAnswers({ endpoint: 'revoke' }, faults.echoSecrets());
    const error: unknown = await flow.logout().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'REVOCATION_FAILED' });
    expectNoSecret(shown(error) + printed.join(''));
  });

  test('by a hook or a storage that puts tokens into its error', async () => {
    class Chatty extends DeviceCodeFlow {
      protected override loadTokens(): Promise<TokenSet | undefined> {
        return Promise.resolve(undefined);
      }
      protected override saveTokens(tokens: TokenSet): Promise<void> {
        return Promise.reject(new Error(`cannot write ${JSON.stringify(tokens)}`, { cause: tokens }));
      }
    }
    const clock = new TestClock({ autoAdvance: true });
    const flow = new Chatty({
      issuer: server.issuer,
      clientId: 'cli',
      clientSecret,
      clock,
      lock: 'process',
      lockTimeout: 1,
      promptUser: () => undefined,
    });
    const events = watch(flow);
    await flow.doFlow();
    await clock.advance(4_000_000);
    const result: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((error: unknown) => error);
    expect(result).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(events.length).toBeGreaterThan(1);
    expectNoSecret([result, flow, ...events].map(shown).join('\n') + printed.join(''));
  });

  test('by a token record that is torn', () => {
    const torn = '{"access_token":"MARKED-client-secret-5f2c","refr';
    expect(() => TokenSet.from(torn)).toThrow(SyntaxError);
    try {
      TokenSet.from(torn);
    } catch (error) {
      expectNoSecret(shown(error));
    }
  });

  test('by a function clientSecret that fails', async () => {
    const flow = new ClientCredentialsFlow({
      issuer: server.issuer,
      clientId: 'machine',
      clientSecret: () => Promise.reject(new Error('the vault is sealed')),
      storage: new MemoryTokenStorage(),
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'CLIENT_SECRET_UNAVAILABLE' });
  });
});
