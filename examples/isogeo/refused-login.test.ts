import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  AuthorizationError,
  type AuthorizationState,
  NoTokensError,
  StateMismatchError,
  TokenRequestError,
} from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { IdentityProvider } from '../dist/identity-provider/identity-provider.js';
import { ScriptedBrowser } from '../dist/identity-provider/scripted-browser.js';

const redirectUri = 'http://127.0.0.1:5000/login/callback';
const clientSecret = 'a secret of the user app';

let folder: string;
let server: IdentityProvider;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-isogeo-'));
  server = await IdentityProvider.start({
    client_id: 'user-app',
    client_secret: clientSecret,
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [redirectUri, 'http://127.0.0.1:5000/other'],
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function flowOf(options: Partial<AuthorizationCodeFlowOptions> = {}): AuthorizationCodeFlow {
  const { issuer, clientId } = server;
  const storage = new FileTokenStorage(join(folder, 'tokens.json'));
  const client = {
    issuer,
    clientId,
    clientSecret,
    dialect: { basicEncoding: 'raw' },
    redirectUri,
    scope: 'openid',
  } as const;
  return new AuthorizationCodeFlow({ ...client, storage, ...options });
}

/** Lets the person approve, or decline, and returns the URL that the browser is sent to, not opened yet. */
async function cameBack(flow: AuthorizationCodeFlow, what: 'approve' | 'decline' = 'approve') {
  const { url, state } = await flow.startAuthorization();
  const browser = new ScriptedBrowser(AbortSignal.timeout(120_000), { stopAt: redirectUri });
  return { callback: await browser[what](url), state };
}

/** The error of a login that fails; checks that it stores nothing and tells nothing. */
async function failureOf(callback: URL, state: AuthorizationState): Promise<unknown> {
  const flow = flowOf();
  const error = await flow.completeAuthorization(callback, state).catch((caught: unknown) => caught);
  expect(existsSync(join(folder, 'tokens.json'))).toBe(false);
  await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(NoTokensError);
  const text = inspect(error, { depth: 9 }) + JSON.stringify(error);
  const { code } = Object.fromEntries(callback.searchParams);
  for (const secret of [code, state.state, state.codeVerifier, clientSecret]) {
    if (secret !== undefined) expect(text).not.toContain(secret);
  }
  return error;
}

const refusedCode = { code: 'INVALID_GRANT', error: 'invalid_grant', status: 400, retryable: false };

describe('A login at a real server that must fail (A4)', () => {
  test('with another state is a StateMismatchError, and the code is not sent', async () => {
    const { callback, state } = await cameBack(flowOf());
    const error = await failureOf(callback, { ...state, state: 'of another login' });
    expect(error).toBeInstanceOf(StateMismatchError);
    expect((await flowOf().completeAuthorization(callback, state)).accessToken).toBeDefined();
  });

  test('that the person declines is an AuthorizationError', async () => {
    const { callback, state } = await cameBack(flowOf(), 'decline');
    expect(callback.searchParams.get('error')).toBe('access_denied');
    const error = await failureOf(callback, state);
    expect(error).toBeInstanceOf(AuthorizationError);
    expect(error).toMatchObject({ code: 'AUTHORIZATION_DENIED', error: 'access_denied' });
  });

  test('with a code that was redeemed before is a TokenRequestError', async () => {
    const { callback, state } = await cameBack(flowOf());
    const thief = flowOf({ storage: new FileTokenStorage(join(folder, 'elsewhere.json')) });
    await thief.completeAuthorization(callback, state);
    const error = await failureOf(callback, state);
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject({ ...refusedCode, remedy: expect.stringContaining('a code is good once') });
  });

  test('with another redirect URI at the exchange is a TokenRequestError', async () => {
    const { callback, state } = await cameBack(flowOf());
    const error = await failureOf(callback, { ...state, redirectUri: 'http://127.0.0.1:5000/other' });
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject(refusedCode);
  });

  test('with a redirect URI that the server does not know ends at the server, which says so', async () => {
    const { url } = await flowOf({ redirectUri: 'http://127.0.0.1:5000/unknown' }).startAuthorization();
    const answer = await fetch(url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(await answer.text()).toMatch(/invalid_redirect_uri[^]*redirect_uri.{0,20} did not match/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is followed by one that succeeds, is stored, and is refreshed', async () => {
    const declined = await cameBack(flowOf(), 'decline');
    await failureOf(declined.callback, declined.state);
    const flow = flowOf({ scope: 'openid offline_access', authorizationParameters: { prompt: 'consent' } });
    const { callback, state } = await cameBack(flow);
    const first = await flow.completeAuthorization(callback, state);
    const refreshed = await flow.refresh();
    expect(refreshed.accessToken).not.toBe(first.accessToken);
    expect(refreshed.refreshToken).not.toBe(first.refreshToken);
    expect(server.ledger).toMatchObject({ renewals: 1, reuses: 0 });
  });
});

describe('PKCE (A6)', () => {
  test('lets the server refuse a code that comes with the verifier of another login', async () => {
    const [mine, other] = [await cameBack(flowOf()), await cameBack(flowOf())];
    const error = await failureOf(mine.callback, { ...mine.state, codeVerifier: other.state.codeVerifier });
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject(refusedCode);
  });
});
