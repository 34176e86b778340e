import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ApiKeyFlow, AuthFlow, type FlowOptions, TokenSet } from '@latchkey/core';

const apiKey = 'sk_test_51HxAbCdEfGh';

describe('ApiKeyFlow', () => {
  test('gives the key at the entry point that all flows have, without any request', async () => {
    const flow: AuthFlow = new ApiKeyFlow({ apiKey, fetch: () => Promise.reject(new Error('no request is due')) });
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(apiKey);
    expect(flow.accessToken).toBe(apiKey);
    expect(flow.expiresAt).toBeUndefined();
  });

  test('reads a key that is a function once, when it is first needed', async () => {
    let reads = 0;
    const flow = new ApiKeyFlow({ apiKey: () => `${apiKey}${++reads}` });
    expect(reads).toBe(0);
    const keys = await Promise.all([1, 2, 3].map(() => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(keys)).toEqual(new Set([`${apiKey}1`]));
  });

  test('reads it again after an API has refused it, and after a logout', async () => {
    let reads = 0;
    const flow = new ApiKeyFlow({ apiKey: () => Promise.resolve(`${apiKey}${++reads}`) });
    const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
    expect(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken })).toBe(`${apiKey}2`);
    await flow.logout();
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(`${apiKey}3`);
  });

  test('tries again after its source has failed', async () => {
    let fails = true;
    const flow = new ApiKeyFlow({
      apiKey: () => (fails ? Promise.reject(new Error('the vault is sealed')) : Promise.resolve(apiKey)),
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'CLIENT_SECRET_UNAVAILABLE' });
    fails = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(apiKey);
  });

  test('shares its key with no other flow', async () => {
    const [one, two] = [new ApiKeyFlow({ apiKey: 'one' }), new ApiKeyFlow({ apiKey: 'two' })];
    expect(await one.getAccessTokenRefreshIfNecessary()).toBe('one');
    expect(await two.getAccessTokenRefreshIfNecessary()).toBe('two');
  });

  test('is printed without its key', async () => {
    const flow = new ApiKeyFlow({ apiKey });
    await flow.getAccessTokenRefreshIfNecessary();
    for (const text of [inspect(flow, { depth: 9 }), JSON.stringify(flow), inspect(flow.tokens)]) {
      expect(text).not.toContain(apiKey.slice(0, 10));
    }
  });

  test.each([
    { apiKey: '' },
    { apiKey: undefined as never },
    { apiKey: `${apiKey}\n` },
    { apiKey, headerName: 'x key' },
    { apiKey, headerName: '' },
    { apiKey, scheme: 1 as never },
  ])('refuses %p at once, without quoting the key', (options) => {
    let message = '';
    try {
      new ApiKeyFlow(options);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      message = String(error);
    }
    expect(message).not.toBe('');
    expect(message).not.toContain(apiKey);
  });

  test('refuses a key with a line break when its source brings one', async () => {
    const flow = new ApiKeyFlow({ apiKey: () => `${apiKey}\r\nx: y` });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(/line break/);
  });
});

describe('a flow of one’s own without a server', () => {
  class Vault extends AuthFlow {
    constructor(options: FlowOptions = {}) {
      super(options);
    }
    protected override get needsServer(): boolean {
      return false;
    }
    protected readonly interactive = false;
    protected override authorize(): Promise<TokenSet> {
      return Promise.resolve(TokenSet.from({ access_token: 'from the vault', expires_in: 60 }));
    }
    protected override loadTokens(): Promise<undefined> {
      return Promise.resolve(undefined);
    }
    protected override saveTokens(): Promise<void> {
      return Promise.resolve();
    }
  }

  test('needs neither issuer nor client', async () => {
    expect(await new Vault().getAccessTokenRefreshIfNecessary()).toBe('from the vault');
  });

  test('cannot ask one for tokens', async () => {
    class Asks extends Vault {
      protected override authorize(): Promise<TokenSet> {
        return this.requestTokens('client_credentials');
      }
    }
    await expect(new Asks().getAccessTokenRefreshIfNecessary()).rejects.toThrow(/Asks has no authorization server/);
  });
});
