import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple } from '@latchkey/core';
import type { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { chmodSync, statSync } from 'node:fs';
import { EarthscopeHome } from '../dist/earthscope/earthscope-home.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';

let server: FakeAuthorizationServer;
let home: EarthscopeHome;

beforeEach(async () => {
  server = await startTwin();
  home = new EarthscopeHome(server.issuer);
});

afterEach(async () => {
  home[Symbol.dispose]();
  await server.stop();
});

const scope = 'openid profile email offline_access';
const sixKeys = ['access_token', 'id_token', 'refresh_token', 'scope', 'expires_at', 'issued_at'];

/** Logs in, and leaves what EarthScope 0.2 would have written, in its six keys and for everybody to read. */
async function leaveLegacyFile(): Promise<Record<string, unknown>> {
  await home.logIn();
  const stored = home.stored();
  const six = Object.fromEntries(sixKeys.map((name) => [name, stored[name]]));
  home.store(six);
  chmodSync(home.tokenFile(), 0o644);
  server.ledger.clear();
  return six;
}

describe("EarthScope 0.2's token file", () => {
  test('gives its token without a request, is made private, and says so', async () => {
    const six = await leaveLegacyFile();
    const { code, out, err } = await home.es(['token']);
    expect({ code, out }).toEqual({ code: 0, out: six['access_token'] });
    expect(err).toMatch(/had mode 0644/);
    expect(statSync(home.tokenFile()).mode & 0o777).toBe(0o600);
    expect(home.stored()).toEqual(six);
    expect(await home.es(['token'])).toEqual({ code: 0, out, err: '' });
    expect(server.ledger.count()).toBe(0);
  });

  test('is brought to the new form by the next save, and keeps its refresh token', async () => {
    const { refresh_token } = await leaveLegacyFile();
    expect(await home.es(['refresh'])).toMatchObject({ code: 0 });
    server.ledger.assertTokenRequests(1, { grantType: 'refresh_token' });
    const stored = home.stored();
    expect(Object.keys(stored).sort()).toEqual([...sixKeys, 'latchkey', 'token_type'].sort());
    expect(stored).toMatchObject({ refresh_token, scope, latchkey: { version: 1, generation: expect.any(Number) } });
    expect(statSync(home.tokenFile()).mode & 0o777).toBe(0o600);
  });

  test('may hold null, and has no refresh token then', async () => {
    const nothing = { id_token: null, refresh_token: null, scope: null };
    home.store({ access_token: 'old', expires_at: 1, issued_at: 1, ...(nothing as object) });
    const storage = new FileTokenStorage(home.tokenFile());
    const flow = new DeviceCodeFlowSimple({
      issuer: server.issuer,
      clientId: 'cli',
      storage,
      promptUser: () => undefined,
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'NO_REFRESH_TOKEN' });
    expect(flow.hasRefreshToken).toBe(false);
  });
});
