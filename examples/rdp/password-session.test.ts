import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenEndpointUnavailableError, TokenRequestError } from '@latchkey/core';
import { asOtherProcess, faults, TestClock } from '@latchkey/core/testing';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rdpTokenFile } from '../dist/rdp/rdp-form.js';
import { RdpSession, type RdpSessionOptions } from '../dist/rdp/rdp-session.js';
import { RdpTwin } from '../dist/rdp/rdp-twin.js';

let folder: string;
let file: string;
let twin: RdpTwin;
let clock: TestClock;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-rdp-'));
  file = join(folder, 'token.txt');
  clock = new TestClock({ autoAdvance: true });
  twin = await RdpTwin.start({ 'GE-A-1': 'first-password' });
  twin.server.configure({ clock });
});

afterEach(async () => {
  await twin[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A session as another run of the program would open it: it shares the file only. */
function session(options: Partial<RdpSessionOptions> = {}): RdpSession {
  return new RdpSession({
    server: { tokenEndpoint: twin.server.tokenEndpoint },
    username: 'GE-A-1',
    password: 'first-password',
    clientId: 'app-key',
    storage: asOtherProcess(rdpTokenFile(file)),
    clock,
    ...options,
  });
}

const stored = (): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const grants = (): unknown[] => twin.server.ledger.tokenRequests.map(({ grantType }) => grantType);
const lastForm = (): unknown => twin.server.ledger.tokenRequests.at(-1)?.parameters;
const seconds = (): number => Math.floor(clock.now() / 1000);

/** Signs on and lets the token pass `expiry_tm`. */
async function signOnAndExpire(): Promise<void> {
  await session().getToken();
  await clock.advance(591_000);
  twin.server.ledger.clear();
}

describe('An RDP session by password (A13)', () => {
  test('signs on with the five fields, and with the app key and an empty secret as Basic', async () => {
    await session().getToken();
    const [request] = twin.server.ledger.tokenRequests;
    expect(request?.parameters).toEqual({
      username: 'GE-A-1',
      password: 'first-password',
      grant_type: 'password',
      scope: 'trapi',
      takeExclusiveSignOnControl: 'true',
    });
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      authorization: `Basic ${Buffer.from('app-key:').toString('base64')}`,
    });
    expect(request).toMatchObject({ authentication: 'client_secret_basic', clientSecret: '' });
  });

  test('sends the app key as it is, whatever its characters', async () => {
    await session({ clientId: 'app/key + 1' })
      .getToken()
      .catch(() => undefined);
    const sent = twin.server.ledger.tokenRequests[0]?.headers.authorization;
    expect(sent).toBe(`Basic ${Buffer.from('app/key + 1:').toString('base64')}`);
  });

  test('keeps the answer, whose expires_in is a string, and when to renew', async () => {
    const token = await session().getToken();
    const [request] = twin.server.ledger.tokenRequests;
    const { latchkey, ...answer } = stored();
    expect(answer).toEqual({
      access_token: token,
      refresh_token: request?.issued?.refreshToken,
      expires_in: '600',
      scope: 'trapi.data.read trapi.search.read',
      token_type: 'Bearer',
      expiry_tm: seconds() + 590,
    });
    expect(JSON.stringify(latchkey)).not.toContain('first-password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('run again asks for nothing until expiry_tm', async () => {
    const token = await session().getToken();
    await clock.advance(589_000);
    expect(await session().getToken()).toBe(token);
    twin.server.ledger.assertTokenRequests(1);
  });

  test('after expiry_tm redeems the refresh token, and sends no password', async () => {
    await signOnAndExpire();
    const { access_token, refresh_token } = stored();
    const token = await session().getToken();
    expect(token).not.toBe(access_token);
    expect(lastForm()).toEqual({ grant_type: 'refresh_token', refresh_token });
    expect(stored()).toMatchObject({ access_token: token, expires_in: '600', expiry_tm: seconds() + 590 });
    expect(stored()['refresh_token']).not.toBe(refresh_token);
    twin.server.ledger.assertTokenRequests(1);
  });

  test('whose refresh token was killed sends the password, once', async () => {
    await signOnAndExpire();
    twin.endSession('GE-A-1');
    const again = session();
    const tokens = await Promise.all(Array.from({ length: 10 }, () => again.getToken()));
    expect(new Set(tokens).size).toBe(1);
    expect(grants()).toEqual(['refresh_token', 'password']);
    expect(stored()).toMatchObject({ access_token: tokens[0], expiry_tm: seconds() + 590 });
  });

  test('with a wrong password brings one typed error, and leaves the file as it was', async () => {
    await signOnAndExpire();
    twin.endSession('GE-A-1');
    const before = readFileSync(file, 'utf8');
    const error: unknown = await session({ password: 'wrong-password' })
      .getToken()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject({ code: 'INVALID_GRANT', status: 400, retryable: false });
    expect(String(error)).not.toContain('wrong-password');
    expect(grants()).toEqual(['refresh_token', 'password']);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('with a wrong password at first brings the same error, and makes no file', async () => {
    const error = session({ password: 'wrong-password' }).getToken();
    await expect(error).rejects.toMatchObject({ constructor: TokenRequestError, code: 'INVALID_GRANT' });
    expect(existsSync(file)).toBe(false);
    twin.server.ledger.assertTokenRequests(1);
  });

  test('sends no password while the refresh brings a 503', async () => {
    await signOnAndExpire();
    await clock.advance(10_000);
    const before = readFileSync(file, 'utf8');
    twin.server.nextAnswers({ grantType: 'refresh_token', times: 2 }, faults.html(503));
    const again = session();
    await expect(again.getToken()).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    await expect(again.getToken()).rejects.toMatchObject({ status: 503, retryable: true });
    expect(new Set(grants())).toEqual(new Set(['refresh_token']));
    expect(readFileSync(file, 'utf8')).toBe(before);
    await again.getToken();
    expect(grants()).not.toContain('password');
  });

  test('gives the present token where the 503 comes in its last ten seconds', async () => {
    await signOnAndExpire();
    twin.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(503));
    expect(await session().getToken()).toBe(stored()['access_token']);
  });

  test('takes over the file of rdpToken.py, and asks for nothing while its token is good', async () => {
    await session().getToken();
    const { latchkey: _none, ...answer } = stored();
    writeFileSync(file, JSON.stringify({ ...answer, expiry_tm: seconds() + 300.25 }, undefined, 4), { mode: 0o600 });
    twin.server.ledger.clear();
    expect(await session().getToken()).toBe(answer['access_token']);
    twin.server.ledger.assertTokenRequests(0);
    await clock.advance(301_000);
    await session().getToken();
    expect(grants()).toEqual(['refresh_token']);
  });
});
