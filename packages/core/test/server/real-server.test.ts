import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  DeviceCodeFlow,
  explainResponse,
  MemoryTokenStorage,
  RefreshTokenFlow,
  UnauthenticatedError,
  UnauthorizedError,
} from '@latchkey/core';
import { pasteRedirect } from '@latchkey/core/node';
import type { ClientMetadata, Configuration } from 'oidc-provider';
import { ApprovingProvider } from '../scenes/approving-provider.js';

const redirectUri = 'http://127.0.0.1:5000/callback';
const publicClient: ClientMetadata = {
  client_id: 'app',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  scope: 'openid offline_access',
};
const features: Configuration['features'] = {
  clientCredentials: { enabled: true },
  deviceFlow: { enabled: true },
  pushedAuthorizationRequests: { enabled: true },
  revocation: { enabled: true },
  introspection: { enabled: true, allowedPolicy: () => true },
};

let provider: ApprovingProvider;

beforeEach(() => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined); // oidc-provider's advice for production
  jest.spyOn(console, 'info').mockImplementation(() => undefined);
});
afterEach(async () => {
  await provider[Symbol.asyncDispose]();
  jest.restoreAllMocks();
});

async function start(client: ClientMetadata): Promise<{ issuer: string; clientId: string }> {
  provider = await ApprovingProvider.start(client, { features });
  return { issuer: provider.issuer, clientId: client.client_id };
}

const login = { scope: 'openid offline_access', authorizationParameters: { prompt: 'consent' } };
const visiting = async (begin: (uri: string) => Promise<URL>): Promise<string> =>
  provider.visit(await begin(redirectUri));

describe('oidc-provider', () => {
  test.each(['client_secret_basic', 'client_secret_post', 'client_secret_jwt'] as const)(
    'knows a client that proves itself by %s, and refuses another',
    async (clientAuthentication) => {
      const clientSecret = 'p%ss w+rd:, and long enough for HS256';
      const options = await start({
        client_id: 'client:1',
        client_secret: clientSecret,
        token_endpoint_auth_method: clientAuthentication,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      });
      const flow = new ClientCredentialsFlow({ ...options, clientSecret, clientAuthentication });
      await flow.getAccessTokenRefreshIfNecessary();
      expect(await flow.introspect()).toMatchObject({ active: true, client_id: 'client:1' });
      const thief = new ClientCredentialsFlow({ ...options, clientSecret: `${clientSecret}!`, clientAuthentication });
      await expect(thief.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'CLIENT_REJECTED' });
    },
  );

  test('gets the option headers with every request of a login, its renewal and its end', async () => {
    const agent = 'report/1.0 (ops@example.org)';
    const headers = { 'user-agent': agent, 'x-team': 'ops' };
    const common = { ...(await start(publicClient)), ...login, headers };
    const flow = new AuthorizationCodeFlow({ ...common, pushedAuthorization: true, redirectUri, redirect: visiting });
    await flow.doFlow();
    await flow.refresh();
    await flow.fetchUserInfo();
    const gateway = { ...headers, authorization: 'Basic b2Y6dGhlaXJz' }; // gives way to the token
    const again = new AuthorizationCodeFlow({
      ...common,
      headers: gateway,
      redirectUri,
      storage: new MemoryTokenStorage(),
    });
    await again.importTokens(flow.tokens);
    expect(await again.fetchUserInfo()).toMatchObject({ sub: 'ada' });
    await flow.logout();
    await new DeviceCodeFlow({ ...common, promptUser: () => undefined }).requestDeviceCode();
    const places = [
      '/.well-known/openid-configuration',
      '/request',
      '/token',
      '/me',
      '/token/revocation',
      '/device/auth',
    ];
    const seen = provider.seen.filter(({ path }) => places.includes(path));
    expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(places));
    const bare = seen.filter(({ headers: got }) => got['user-agent'] !== agent || got['x-team'] !== 'ops');
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test('logs a person in who pastes the URL, and asks for it where only the code is pasted', async () => {
    const options = await start(publicClient);
    /** What the person pastes, of the URL that the browser ended at. */
    const pasting = async (pasted: (end: URL) => string | null): Promise<AuthorizationCodeFlow> => {
      const [input, output] = [new PassThrough(), new PassThrough()];
      const redirect = pasteRedirect({ input, output });
      const flow = new AuthorizationCodeFlow({ ...options, ...login, redirectUri, redirect });
      output.once('data', (printed: Buffer) => {
        const url = /^ {2}(http\S+)$/m.exec(printed.toString())?.[1] ?? '';
        void provider.visit(url).then((end) => input.end(`${pasted(new URL(end))}\n`));
      });
      await flow.doFlow();
      return flow;
    };
    expect(await (await pasting(({ href }) => href)).fetchUserInfo()).toMatchObject({ sub: 'ada' });
    await expect(pasting(({ searchParams }) => searchParams.get('code'))).rejects.toMatchObject({
      code: 'ISSUER_MISMATCH',
      remedy: expect.stringContaining('the whole URL'),
    });
  });

  test('refuses at its API in words that explainResponse knows: 401, and 403 for a scope', async () => {
    const options = await start(publicClient);
    const flow = new AuthorizationCodeFlow({ ...options, ...login, redirectUri, redirect: visiting });
    await flow.doFlow();
    const api = `${options.issuer}/me`;
    expect(explainResponse(await flow.fetch(api))).toBeUndefined();
    const { accessToken } = flow;
    const headers = { authorization: `Bearer ${accessToken.slice(1)}` };
    const unknown = explainResponse(await flow.fetch(api, { headers }));
    expect(unknown).toBeInstanceOf(UnauthenticatedError);
    expect(unknown).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, error: 'invalid_token' });

    const narrow = new RefreshTokenFlow({
      ...options,
      refreshToken: flow.refreshToken,
      dialect: { refreshParameters: { scope: 'offline_access' } },
    });
    const forbidden = explainResponse(await narrow.fetch(api));
    expect(forbidden).toBeInstanceOf(UnauthorizedError);
    expect(forbidden).toMatchObject({ code: 'INSUFFICIENT_SCOPE', status: 403, scope: 'openid' });
  });
});
