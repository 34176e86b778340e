import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { DeviceCodeFlow, type DeviceCodeFlowOptions, JwtBearerFlow, MemoryTokenStorage } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

let server: FakeAuthorizationServer;

beforeEach(async () => {
  server = await FakeAuthorizationServer.start();
});
afterEach(() => server.stop());

test('A flow whose parts are loaded after a reset of the modules gives its valid token where no place in line is free', async () => {
  const { issuer, tokenEndpoint } = server;
  const options: DeviceCodeFlowOptions = {
    clientId: 'cli',
    server: { tokenEndpoint, deviceAuthorizationEndpoint: `${issuer}/device` },
    storage: new MemoryTokenStorage(),
    promptUser: () => undefined,
  };
  const flow = new DeviceCodeFlow(options);
  jest.resetModules();
  const other = new (await import('@latchkey/core')).DeviceCodeFlow(options);
  const failed = jest.fn();
  flow.events.on('renewalFailed', failed);
  const now = Math.floor(Date.now() / 1000);
  const names = Array.from({ length: 33 }, (_, index) => `account ${index}`);
  const accounts = names.map((name) => flow.withAccount(name));
  for (const name of names) {
    const due = { access_token: name, token_type: 'bearer', expires_in: 3600, issued_at: now - 3580 }; // and valid
    await other.withAccount(name).importTokens({ ...due, refresh_token: `refresh token of ${name}` });
  }
  for (const account of accounts) await account.reload();
  const gate = server.hold({ grantType: 'refresh_token', times: 32 });
  const calls = accounts.map((account) => account.getAccessTokenRefreshIfNecessary());
  expect(await calls.at(-1)).toBe('account 32');
  expect(failed).not.toHaveBeenCalled();
  gate.release();
  await Promise.allSettled(calls);
});

test('A key that is none is the same mistake where one copy signs for a flow of another', async () => {
  jest.resetModules();
  const { signAssertion } = await import('@latchkey/core');
  const flow = new JwtBearerFlow({
    clientId: 'service',
    server: { tokenEndpoint: server.tokenEndpoint },
    assertion: signAssertion({ issuer: 'me', key: 'no key' }),
    subject: 'me',
  });
  await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(TypeError);
});
