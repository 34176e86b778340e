import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceCodeFlowSimple, type DeviceCodePrompt, NoTokensError } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callFromProcesses } from '../dist/demo/call-from-processes.js';
import { fingerprint } from '../dist/identity-provider/fingerprint.js';
import { IdentityProvider } from '../dist/identity-provider/identity-provider.js';
import { approveInBrowser } from '../dist/identity-provider/scripted-browser.js';

const scope = 'openid profile email offline_access';
const sixKeys = ['access_token', 'id_token', 'refresh_token', 'scope', 'expires_at', 'issued_at'];

let folder: string;
let server: IdentityProvider;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-device-login-'));
  server = await IdentityProvider.start();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Resolves when the server has told a poller for the second time that the approval is pending. */
function secondPending(): Promise<void> {
  let pendings = 0;
  return new Promise((resolve) => {
    server.provider.on('grant.error', (_ctx, { error }) => {
      if (error === 'authorization_pending' && ++pendings === 2) resolve();
    });
  });
}

describe('A device login at a real server, DeviceCodeFlowSimple with a folder (A7)', () => {
  test('ends in sso_tokens.json, from which a second process has its token', async () => {
    const { issuer, clientId } = server;
    const prompts: DeviceCodePrompt[] = [];
    const approved = secondPending().then(async () => {
      const [{ verificationUriComplete = '' } = {}] = prompts;
      await approveInBrowser(verificationUriComplete, AbortSignal.timeout(120_000));
    });
    const promptUser = (prompt: DeviceCodePrompt): void => void prompts.push(prompt);
    const storage = new FileTokenStorage(folder);
    const flow = new DeviceCodeFlowSimple({ issuer, clientId, scope, storage, promptUser });

    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(NoTokensError);
    const [tokens] = await Promise.all([flow.doFlow(), approved]);
    expect(prompts).toMatchObject([{ verificationUri: `${issuer}/device`, userCode: expect.any(String) }]);

    const file = join(folder, 'sso_tokens.json');
    const record = JSON.parse(readFileSync(file, 'utf8'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Object.keys(record).sort()).toEqual([...sixKeys, 'latchkey', 'token_type'].sort());
    expect(record).toMatchObject({ access_token: tokens.accessToken, scope });
    const locks = ['sso_tokens.json.lock', 'sso_tokens.json.login.lock']; // of the tokens, and of whoever logs in
    expect(readdirSync(folder).sort()).toEqual(['sso_tokens.json', ...locks]);

    const before = server.ledger.requests;
    const settings = { issuer, clientId, scope, folder };
    const [second] = await callFromProcesses(settings, { processes: 1, calls: 1 }, AbortSignal.timeout(120_000));
    expect(second).toEqual({ tokens: [fingerprint(tokens.accessToken)], errors: [], requests: 0, renewals: 0 });
    expect(server.ledger.requests).toBe(before);
  });
});
