import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NoTokensError } from '@latchkey/core';
import { type FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';
import { StateFileLogin } from '../dist/earthscope/state-file-login.js';

let server: FakeAuthorizationServer;
let folder: string;
let file: string;

beforeEach(async () => {
  server = await startTwin({ rotation: 'rotate' });
  folder = mkdtempSync(join(tmpdir(), 'latchkey-state-'));
  file = join(folder, 'state.json');
  writeFileSync(file, JSON.stringify({ theme: 'dark' }));
});

afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function login(): StateFileLogin {
  const options = { issuer: server.issuer, clientId: 'cli', scope: 'offline_access' };
  return new StateFileLogin(file, { ...options, promptUser: () => undefined, dialect: { revocationFormat: 'json' } });
}

const state = (): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

describe('StateFileLogin, which keeps its tokens beside other state', () => {
  test('logs in, is found by the next one, and logs out', async () => {
    await expect(login().getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(NoTokensError);
    const { accessToken } = await login().doFlow();
    expect(state()).toMatchObject({ theme: 'dark', login: { access_token: accessToken } });
    expect(await login().getAccessTokenRefreshIfNecessary()).toBe(accessToken);
    await login().logout();
    expect(state()).toEqual({ theme: 'dark' });
  });

  test('asks for the scope that an API wants', async () => {
    const clock = new TestClock({ autoAdvance: true });
    server.configure({ clock });
    const options = { issuer: server.issuer, clientId: 'cli', scope: 'read', clock, promptUser: () => undefined };
    const flow = new StateFileLogin(file, options);
    await flow.doFlow();
    expect((await flow.asFetch({ interactive: true })(`${server.api}?scope=write`)).status).toBe(200);
    expect(state()).toMatchObject({ theme: 'dark', login: { access_token: (await flow.reload())?.accessToken } });
  });

  test('asks nobody to log in, and writes nothing, where the file cannot be read', async () => {
    rmSync(file);
    symlinkSync(file, file);
    await expect(login().getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await expect(login().logout()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test('is renewed once by ten that each have read the state by themselves', async () => {
    await login().doFlow();
    server.ledger.clear();
    const rejectedToken = (await login().reload())?.accessToken;
    const tokens = await Promise.all(
      Array.from({ length: 10 }, () => login().getAccessTokenRefreshIfNecessary({ rejectedToken })),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(rejectedToken);
    server.ledger.assertTokenRequests(1);
    server.ledger.assertNoReuse();
  });
});
