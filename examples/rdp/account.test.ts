import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ClientCredentialsFlowOptions, TokenRequestError } from '@latchkey/core';
import { asOtherProcess, TestClock } from '@latchkey/core/testing';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rdpTokenFile } from '../dist/rdp/rdp-form.js';
import { RdpSession, type RdpSessionOptions } from '../dist/rdp/rdp-session.js';
import { RdpTwin } from '../dist/rdp/rdp-twin.js';
import { serviceAccount } from '../dist/rdp/service-account.js';
import { SessionQuotaError } from '../dist/rdp/session-quota-error.js';

let folder: string;
let twin: RdpTwin;
let clock: TestClock;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-rdp-'));
  clock = new TestClock({ autoAdvance: true });
  twin = await RdpTwin.start({ 'GE-A-1': 'first-password' });
  twin.server.configure({ clock });
});

afterEach(async () => {
  await twin[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A session of another process; those that name the same file share it. */
function session(name: string, options: Partial<RdpSessionOptions> = {}): RdpSession {
  return new RdpSession({
    server: { tokenEndpoint: twin.server.tokenEndpoint },
    username: 'GE-A-1',
    password: 'first-password',
    clientId: 'app-key',
    storage: asOtherProcess(rdpTokenFile(join(folder, name))),
    clock,
    ...options,
  });
}

const stored = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
const grants = (): unknown[] => twin.server.ledger.tokenRequests.map(({ grantType }) => grantType);
const refused = (call: Promise<unknown>): Promise<unknown> => call.then(String, (error: unknown) => error);

describe('A change of the password (A14)', () => {
  test('brings new tokens, which are stored', async () => {
    const { accessToken } = await session('a').changePassword('second-password');
    expect(twin.server.ledger.tokenRequests[0]?.parameters).toEqual({
      username: 'GE-A-1',
      password: 'first-password',
      newPassword: 'second-password',
      grant_type: 'password',
      scope: 'trapi',
      takeExclusiveSignOnControl: 'true',
    });
    expect(stored('a')).toMatchObject({ access_token: accessToken, expiry_tm: expect.any(Number) });
    expect(await session('a', { password: 'any' }).getToken()).toBe(accessToken);
    expect(readFileSync(join(folder, 'a'), 'utf8')).not.toMatch(/(first|second)-password/);
  });

  test('lets the old password be refused, and the session use the new one', async () => {
    const changed = session('a');
    await changed.changePassword('second-password');
    expect(await refused(session('b').getToken())).toMatchObject({ code: 'INVALID_GRANT' });
    await clock.advance(600_000);
    twin.endSession('GE-A-1');
    twin.server.ledger.clear();
    await changed.getToken();
    expect(grants()).toEqual(['refresh_token', 'password']);
  });

  test('holds for a session with further scopes too', async () => {
    const wider = session('a').withScope('trapi.news');
    await wider.changePassword('second-password');
    twin.endSession('GE-A-1');
    await clock.advance(600_000);
    twin.server.ledger.clear();
    await wider.getToken();
    expect(grants()).toEqual(['refresh_token', 'password']);
  });

  test('that is refused changes nothing, and tells neither password', async () => {
    const before = await session('a').getToken();
    const wrong = session('a', { password: 'wrong-password' });
    const error = await refused(wrong.changePassword('second-password'));
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(String(error)).not.toMatch(/(wrong|second)-password/);
    expect(stored('a')['access_token']).toBe(before);
    expect(await refused(session('b', { password: 'second-password' }).getToken())).toBeInstanceOf(TokenRequestError);
  });
});

describe('Two sessions of an account that may have one (A14)', () => {
  test('without take-over, the second is refused because of the quota', async () => {
    const first = await session('a').getToken();
    const error = await refused(session('b', { takeExclusiveSignOnControl: false }).getToken());
    expect(error).toBeInstanceOf(SessionQuotaError);
    expect(error).toMatchObject({
      code: 'SESSION_QUOTA_REACHED',
      status: 401,
      isTakenOver: false,
      retryable: false,
      remedy: expect.stringContaining('takeExclusiveSignOnControl'),
    });
    expect(await session('a').getToken()).toBe(first);
  });

  test('with take-over, the next refresh of the first one fails and says so', async () => {
    const first = session('a', { takeExclusiveSignOnControl: false });
    await first.getToken();
    const second = session('b', { takeExclusiveSignOnControl: true });
    const token = await second.getToken();
    await clock.advance(600_000);
    twin.server.ledger.clear();
    const error = await refused(first.getToken());
    expect(error).toBeInstanceOf(SessionQuotaError);
    expect(error).toMatchObject({ isTakenOver: true, message: expect.stringContaining('This session was ended') });
    expect(twin.server.ledger.tokenRequests.map(({ outcome }) => outcome)[0]).toBe('refused: invalid_grant');
    expect(grants()).toEqual(['refresh_token', 'password']);
    expect(await second.getToken()).not.toBe(token);
  });
});

const account = { clientId: 'GE-service', clientSecret: 'service-secret' };

function service(options: Partial<ClientCredentialsFlowOptions> = account): ReturnType<typeof serviceAccount> {
  const server = { tokenEndpoint: twin.server.tokenEndpoint };
  const storage = asOtherProcess(rdpTokenFile(join(folder, 'v2')));
  return serviceAccount({ ...account, clientSecret: undefined, server, storage, clock, ...options });
}

describe('A service account (A14)', () => {
  test('shows its secret in the body, and stores an answer without refresh token', async () => {
    const token = await service().getAccessTokenRefreshIfNecessary();
    const [request] = twin.server.ledger.tokenRequests;
    expect(request?.parameters).toEqual({
      grant_type: 'client_credentials',
      client_id: 'GE-service',
      client_secret: 'service-secret',
      scope: 'trapi',
    });
    expect(request?.headers.authorization).toBeUndefined();
    expect(stored('v2')).toMatchObject({ access_token: token, expiry_tm: Math.floor(clock.now() / 1000) + 590 });
    expect(stored('v2')).not.toHaveProperty('refresh_token');
    expect(await service().getAccessTokenRefreshIfNecessary()).toBe(token);
    twin.server.ledger.assertTokenRequests(1);
  });

  test('signs an assertion for RDP, good for an hour, with the key of a JWK', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const clientKey = { ...privateKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256' };
    await service({ clientId: 'GE-signer', clientKey }).getAccessTokenRefreshIfNecessary();
    const [request] = twin.server.ledger.tokenRequests;
    expect(request?.authentication).toBe('private_key_jwt');
    const parameters = request?.parameters ?? {};
    expect(parameters['client_assertion_type']).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const [header = '', payload = '', signature = ''] = (parameters['client_assertion'] ?? '').split('.');
    expect(decoded(header)).toMatchObject({ alg: 'RS256', kid: 'key-1' });
    const { iss, sub, aud, iat, exp } = decoded(payload);
    expect({ iss, sub, aud }).toEqual({
      iss: 'GE-signer',
      sub: 'GE-signer',
      aud: 'https://login.ciam.refinitiv.com/as/token.oauth2',
    });
    expect(Number(exp) - Number(iat)).toBe(3600);
    const content = Buffer.from(`${header}.${payload}`);
    expect(
      verify(
        'RSA-SHA256',
        content,
        createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
        from(signature),
      ),
    ).toBe(true);
  });

  test('renews an expired file of version 2, which has no refresh token', async () => {
    const expired = { access_token: 'old', token_type: 'Bearer', expires_in: '7199', scope: 'trapi.a' };
    const file = JSON.stringify({ ...expired, expiry_tm: clock.now() / 1000 - 1 });
    writeFileSync(join(folder, 'v2'), file, { mode: 0o600 });
    const token = await service().getAccessTokenRefreshIfNecessary();
    expect(stored('v2')).toMatchObject({ access_token: token });
    expect(grants()).toEqual(['client_credentials']);
  });
});

const from = (part: string): Buffer => Buffer.from(part, 'base64url');
const decoded = (part: string): Record<string, unknown> => JSON.parse(from(part).toString()) as Record<string, unknown>;
