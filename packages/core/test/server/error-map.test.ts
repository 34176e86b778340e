import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ApiKeyFlow,
  AuthFlowError,
  AuthorizationCodeFlow,
  AuthorizationError,
  ClientRejectedError,
  CredentialsFileError,
  DeviceCodeDeniedError,
  DeviceCodeExpiredError,
  DeviceCodePollingError,
  DeviceCodeRequestError,
  explainResponse,
  InsecureTransportError,
  InvalidRefreshTokenError,
  LoginRequiredError,
  MissingCodeError,
  MissingCredentialsError,
  NoAccessTokenError,
  NoIdTokenError,
  NoRefreshTokenError,
  NoTokensError,
  PasswordFlow,
  ProfileDoesNotExistError,
  RefreshOutcomeUnknownError,
  StateMismatchError,
  StorageUnavailableError,
  TokenEndpointUnavailableError,
  TokenRequestError,
  UnauthenticatedError,
  UnauthorizedError,
} from '@latchkey/core';
import { environmentVariable, readCredentialsFile, readProfile } from '@latchkey/core/node';
import { faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';
import { follow } from '../scenes/follow.js';

let scene: DeviceScene;
let folder: string;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
});
afterEach(async () => {
  await scene[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

type ErrorClass = abstract new (...details: never[]) => AuthFlowError;

/** A condition, what it has to be, whether trying again may help, a word of what to do, and how to bring it about. */
type Row = [string, ErrorClass, string, boolean, RegExp, () => Promise<unknown>];

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Lets the token end, and the next renewal befall a fault. */
async function renewalWith(fault: ReturnType<typeof faults.html>): Promise<string> {
  const flow = await scene.loggedIn();
  await scene.expire();
  scene.server.nextAnswers({ grantType: 'refresh_token' }, fault);
  return flow.getAccessTokenRefreshIfNecessary();
}

/** Lets a device login meet a fault at its first poll. */
function deviceLoginWith(fault: ReturnType<typeof faults.html>): Promise<unknown> {
  scene.server.nextAnswers({ endpoint: 'token' }, fault);
  return scene.flow().doFlow();
}

/** Lets a browser come back with another redirect than the server gave it. */
function browserLoginWith(change: (callback: URL) => void): Promise<unknown> {
  const { issuer } = scene.server;
  return new AuthorizationCodeFlow({
    issuer,
    clientId: 'app',
    redirect: async (start) => {
      const callback = new URL(await follow(await start('http://127.0.0.1:5000/')));
      change(callback);
      return callback.href;
    },
  }).doFlow();
}

async function refusedBy(status: number, challenge: string): Promise<never> {
  const response = new Response('', { status, headers: { 'www-authenticate': challenge } });
  throw explainResponse(response) ?? new Error('no reason');
}

const rows: Row[] = [
  [
    'a variable that is missing',
    MissingCredentialsError,
    'MISSING_CREDENTIALS',
    false,
    /ACME_KEY|variable/,
    () => new ApiKeyFlow({ apiKey: environmentVariable('ACME_KEY', { env: {} }) }).getAccessTokenRefreshIfNecessary(),
  ],
  [
    'a credentials file that is missing',
    CredentialsFileError,
    'CREDENTIALS_FILE_MISSING',
    false,
    /path/,
    () => readCredentialsFile(join(folder, 'none.json')),
  ],
  [
    'a credentials file that is wrong',
    CredentialsFileError,
    'CREDENTIALS_FILE_HEAD_MISSING',
    false,
    /Correct the file/,
    () => readCredentialsFile(written('wrong.json', '{}')),
  ],
  [
    'a profile that is unknown',
    ProfileDoesNotExistError,
    'PROFILE_DOES_NOT_EXIST',
    false,
    /profile/i,
    () => readProfile({ file: written('config.toml', ''), profile: 'none', env: {} }),
  ],
  [
    'nothing stored',
    NoTokensError,
    'NO_TOKENS',
    false,
    /log in/i,
    () => scene.flow().getAccessTokenRefreshIfNecessary(),
  ],
  [
    'no access token stored',
    NoAccessTokenError,
    'NO_ACCESS_TOKEN',
    false,
    /noAutoRefresh/,
    async () => {
      const flow = scene.flow();
      await flow.importTokens({ refresh_token: 'r' });
      return flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true });
    },
  ],
  [
    'no access token in the answer',
    TokenRequestError,
    'TOKEN_ANSWER_INVALID',
    false,
    /RFC 6749/,
    () => renewalWith(faults.changeFields(({ access_token: _, ...fields }) => fields)),
  ],
  [
    'no id token',
    NoIdTokenError,
    'NO_ID_TOKEN',
    false,
    /openid/,
    async () => (await scene.loggedIn({ scope: 'offline_access' })).idToken,
  ],
  [
    'no refresh token',
    NoRefreshTokenError,
    'NO_REFRESH_TOKEN',
    false,
    /offline_access/,
    async () => {
      scene.server.configure({ givesRefreshToken: () => false });
      const flow = await scene.loggedIn();
      await scene.expire();
      return flow.getAccessTokenRefreshIfNecessary();
    },
  ],
  [
    'a refresh token that is refused',
    InvalidRefreshTokenError,
    'INVALID_REFRESH_TOKEN',
    false,
    /noAutoRefresh/,
    () => renewalWith(faults.oauthError('invalid_grant')),
  ],
  [
    'a refresh and a 503',
    TokenEndpointUnavailableError,
    'TOKEN_ENDPOINT_UNAVAILABLE',
    true,
    /later/,
    () => renewalWith(faults.html(503)),
  ],
  [
    'a refresh and a 429',
    TokenEndpointUnavailableError,
    'TOKEN_ENDPOINT_UNAVAILABLE',
    true,
    /later/,
    () => renewalWith(faults.retryAfter(7)),
  ],
  [
    'a refresh without an answer',
    RefreshOutcomeUnknownError,
    'REFRESH_OUTCOME_UNKNOWN',
    true,
    /again/,
    () => renewalWith(faults.reset({ processed: true })),
  ],
  [
    'a client that is refused',
    ClientRejectedError,
    'CLIENT_REJECTED',
    false,
    /clientSecret/,
    () => renewalWith(faults.oauthError('invalid_client', { status: 401 })),
  ],
  [
    'another error of the token endpoint',
    TokenRequestError,
    'TOKEN_REQUEST_REFUSED',
    false,
    /allows this client\.$/,
    () => renewalWith(faults.oauthError('invalid_scope')),
  ],
  [
    'a wrong password',
    TokenRequestError,
    'INVALID_GRANT',
    false,
    /password/,
    () => {
      scene.server.nextAnswers({ endpoint: 'token' }, faults.oauthError('invalid_grant'));
      const { issuer } = scene.server;
      const flow = new PasswordFlow({ issuer, clientId: 'app', username: 'ada', password: 'wrong' });
      return flow.getAccessTokenRefreshIfNecessary();
    },
  ],
  [
    'no device code',
    DeviceCodeRequestError,
    'DEVICE_CODE_REFUSED',
    false,
    /device grant/,
    () => {
      scene.server.nextAnswers({ endpoint: 'device_authorization' }, faults.oauthError('unauthorized_client'));
      return scene.flow().doFlow();
    },
  ],
  [
    'a device login that is declined',
    DeviceCodeDeniedError,
    'DEVICE_CODE_DENIED',
    false,
    /approve/,
    () => deviceLoginWith(faults.oauthError('access_denied')),
  ],
  [
    'a device login that is too late',
    DeviceCodeExpiredError,
    'DEVICE_CODE_EXPIRED',
    false,
    /in time/,
    () => deviceLoginWith(faults.oauthError('expired_token')),
  ],
  [
    'a device login that ends otherwise',
    DeviceCodePollingError,
    'DEVICE_CODE_POLLING',
    false,
    /again/,
    () => deviceLoginWith(faults.oauthError('invalid_grant')),
  ],
  [
    'a poll without a code',
    DeviceCodePollingError,
    'DEVICE_CODE_NOT_REQUESTED',
    false,
    /requestDeviceCode/,
    () => scene.flow().poll(),
  ],
  [
    'a redirect of another login',
    StateMismatchError,
    'STATE_MISMATCH',
    false,
    /again/,
    () => browserLoginWith((url) => url.searchParams.set('state', 'x')),
  ],
  [
    'a redirect that declines',
    AuthorizationError,
    'AUTHORIZATION_DENIED',
    false,
    /approve/,
    () => browserLoginWith((url) => url.searchParams.set('error', 'access_denied')),
  ],
  [
    'a redirect with another error',
    AuthorizationError,
    'AUTHORIZATION_REFUSED',
    false,
    /redirectUri.*logout\(\)/,
    () => browserLoginWith((url) => url.searchParams.set('error', 'invalid_scope')),
  ],
  [
    'a redirect that says to come back later',
    AuthorizationError,
    'AUTHORIZATION_REFUSED',
    true,
    /knows of this client\.$/,
    () => browserLoginWith((url) => url.searchParams.set('error', 'temporarily_unavailable')),
  ],
  [
    'a redirect without a code',
    MissingCodeError,
    'AUTHORIZATION_CODE_MISSING',
    false,
    /whole URL/,
    () => browserLoginWith((url) => url.searchParams.delete('code')),
  ],
  [
    'an insecure URL',
    InsecureTransportError,
    'INSECURE_TRANSPORT',
    false,
    /https/,
    async () => scene.flow({ server: undefined, issuer: 'http://login.example.org' }),
  ],
  [
    'a scope that the stored tokens lack',
    LoginRequiredError,
    'SCOPE_MISSING',
    false,
    /log in/i,
    async () => {
      await scene.loggedIn({ key: 'one' });
      return scene.flow({ key: 'one', scope: 'openid offline_access admin' }).getAccessTokenRefreshIfNecessary();
    },
  ],
  [
    'a storage that cannot be read',
    StorageUnavailableError,
    'STORAGE_UNAVAILABLE',
    true,
    /no login/,
    () =>
      scene
        .flow({ storage: scene.storageWith({ load: () => Promise.reject(new Error('EIO')) }) })
        .getAccessTokenRefreshIfNecessary(),
  ],
  ['an API and a 401', UnauthenticatedError, 'UNAUTHENTICATED', false, /audience/, () => refusedBy(401, 'Bearer')],
  [
    'an API and a 403',
    UnauthorizedError,
    'UNAUTHORIZED',
    false,
    /allow|right|permission/i,
    () => refusedBy(403, 'Bearer'),
  ],
  [
    'an API and a missing scope',
    UnauthorizedError,
    'INSUFFICIENT_SCOPE',
    false,
    /scope/,
    () => refusedBy(403, 'Bearer error="insufficient_scope", scope="admin"'),
  ],
];

describe('the error of', () => {
  test.each(rows)('%s', async (_what, ErrorClass, code, retryable, remedy, provoke) => {
    const error: unknown = await provoke().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toBeInstanceOf(AuthFlowError);
    expect(error).toMatchObject({ name: ErrorClass.name, code, retryable });
    expect((error as AuthFlowError).remedy).toMatch(remedy);
  });

  test('a storage that cannot be written is told by an event, and the token is given all the same', async () => {
    const flow = scene.flow({ storage: scene.storageWith({ save: () => Promise.reject(new Error('ENOSPC')) }) });
    const codes: string[] = [];
    flow.events.on('saveFailed', ({ error }) => codes.push(error.code));
    await flow.doFlow();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
    expect(codes[0]).toBe('STORAGE_UNAVAILABLE');
  });

  test('fewer scopes than were asked for is none: the flow tells which there are', async () => {
    scene.server.nextAnswers(
      { endpoint: 'token' },
      faults.changeFields((fields) => ({ ...fields, scope: 'openid' })),
    );
    const flow = await scene.loggedIn();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(flow.accessToken);
    expect(flow.scope).toBe('openid');
  });
});
