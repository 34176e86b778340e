import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiKeyFlow, type ApiKeyFlowOptions, AuthFlow, type FlowOptions, TokenSet } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

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

  test('shares it with no flow of the same name either', async () => {
    const [one, two] = ['one', 'two'].map((apiKey) => new ApiKeyFlow({ apiKey, key: 'the api' }));
    expect(await one?.getAccessTokenRefreshIfNecessary()).toBe('one');
    expect(await two?.getAccessTokenRefreshIfNecessary()).toBe('two');
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
    { apiKey, scheme: 'Token\r\n' },
    { apiKey, allowedOrigins: ['http://api.example.org'] },
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
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow(/line end/);
  });
});

describe('fetch of an ApiKeyFlow', () => {
  let server: FakeAuthorizationServer;

  beforeEach(async () => {
    server = await FakeAuthorizationServer.start();
  });
  afterEach(() => server.stop());

  /** Calls an API that knows nothing of tokens; returns the raw headers that it got. */
  async function headersOf(options: Partial<ApiKeyFlowOptions>, init?: RequestInit): Promise<Record<string, unknown>> {
    const ok = { status: 200, headers: {}, body: '' };
    server.nextAnswers({ endpoint: 'api' }, { name: 'open', before: () => ok });
    const flow = new ApiKeyFlow({ apiKey, allowedOrigins: [server.issuer], ...options });
    expect((await flow.fetch(server.api, init)).status).toBe(200);
    return server.ledger.entries[0]?.headers ?? {};
  }

  test.each<[string, Partial<ApiKeyFlowOptions>, string, string]>([
    ['Bearer in authorization', {}, 'authorization', `Bearer ${apiKey}`],
    [
      'Bearer in Authorization, however it is written',
      { headerName: 'Authorization' },
      'authorization',
      `Bearer ${apiKey}`,
    ],
    ['another scheme', { scheme: 'Token' }, 'authorization', `Token ${apiKey}`],
    ['no scheme', { scheme: '' }, 'authorization', apiKey],
    ['another header, without a scheme', { headerName: 'X-API-Key' }, 'x-api-key', apiKey],
    ['another header with a scheme', { headerName: 'x-auth', scheme: 'Key' }, 'x-auth', `Key ${apiKey}`],
  ])('A5 shows exactly the header that is configured: %s', async (_what, options, name, value) => {
    const headers = await headersOf(options);
    expect(headers[name]).toBe(value);
    const others = Object.entries(headers).filter(([other]) => other !== name);
    expect(JSON.stringify(others)).not.toContain(apiKey);
    if (name !== 'authorization') expect(headers).not.toHaveProperty('authorization');
  });

  test('leaves a header of the caller’s own, and does not read the key for it', async () => {
    const source = () => Promise.reject(new Error('no key is needed'));
    const init = { headers: { 'X-API-KEY': 'mine' } };
    expect(await headersOf({ apiKey: source, headerName: 'x-api-key' }, init)).toMatchObject({ 'x-api-key': 'mine' });
  });

  test('sends the key nowhere but to allowed origins, and not along a redirect', async () => {
    const elsewhere = await FakeAuthorizationServer.start();
    try {
      const to = { status: 307, headers: { location: elsewhere.api }, body: '' };
      server.nextAnswers({ endpoint: 'api' }, { name: 'redirect', before: () => to });
      const flow = new ApiKeyFlow({ apiKey, headerName: 'x-api-key', allowedOrigins: [server.issuer] });
      await flow.fetch(server.api);
      await flow.fetch(elsewhere.api);
      expect(server.ledger.entries[0]?.headers).toHaveProperty('x-api-key', apiKey);
      expect(elsewhere.ledger.count()).toBe(2);
      for (const { headers } of elsewhere.ledger.entries) expect(headers).not.toHaveProperty('x-api-key');
    } finally {
      await elsewhere.stop();
    }
  });

  test('reads the key again after a 401, and sends the request again if it is another one', async () => {
    const keys = ['old', 'new'];
    const flow = new ApiKeyFlow({ apiKey: () => keys.shift() ?? '', allowedOrigins: [server.issuer], scheme: 'Key' });
    await flow.fetch(server.api);
    expect(server.ledger.entries.map(({ headers }) => headers.authorization)).toEqual(['Key old', 'Key new']);
  });

  test('returns the 401 of a key that stays the same, after one request', async () => {
    const flow = new ApiKeyFlow({ apiKey, allowedOrigins: [server.issuer] });
    expect((await flow.fetch(server.api)).status).toBe(401);
    expect(server.ledger.count()).toBe(1);
  });

  test('tells no key when the request fails', async () => {
    const leaky = (_url: unknown, init?: RequestInit) => Promise.reject(new TypeError(JSON.stringify(init?.headers)));
    const flow = new ApiKeyFlow({ apiKey, allowedOrigins: [server.issuer], fetch: leaky });
    const error = await flow.fetch(server.api).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(inspect(error, { depth: 9 })).not.toContain(apiKey);
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
    protected readonly interactive: boolean = false;
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

  test('may give its tokens without a promise, as JavaScript can, where a person logs in too', async () => {
    class AtOnce extends Vault {
      protected override readonly interactive: boolean = true;
      protected override authorize(): Promise<TokenSet> {
        return TokenSet.from({ access_token: 'at once' }) as never;
      }
    }
    expect(await new AtOnce().getAccessTokenRefreshIfNecessary({ interactive: true })).toBe('at once');
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
