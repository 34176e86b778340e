import { describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, DeviceCodeFlow, MemoryTokenStorage, RevocationFailedError } from '@latchkey/core';

const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';

/** Of a gateway before the server, which echoes it. */
const headers = { 'X-Gateway-Key': 'MARKED-0123456789' };

/** What a server says beside `error`, and where an error must have it. */
const description = 'AADSTS700082: it has expired';
const words = { error_description: `${description}, MARKED-0123456789`, suberror: 'bad_token', claims };
const kept = { errorDescription: `${description}, [redacted]`, suberror: words.suberror, claims, retryAfter: 300 };

const endpoint = (name: string): string => `https://as.example/${name}`;

/** A server that refuses at the endpoint `where` in these words, and is content elsewhere. */
function refusing(where: string, status: number, error: string): typeof fetch {
  const answers: Readonly<Record<string, object>> = {
    device: { device_code: 'dc-12345678', user_code: 'A-B', verification_uri: 'https://as.example/go', interval: 1 },
    token: { access_token: 'at-1', refresh_token: 'rt-1', token_type: 'Bearer', expires_in: 60, scope: 'openid' },
  };
  return (input) => {
    const name = new URL(input instanceof Request ? input.url : input).pathname.split('/').at(-1) ?? '';
    if (name !== where) return Promise.resolve(Response.json(answers[name] ?? {}));
    return Promise.resolve(Response.json({ error, ...words }, { status, headers: { 'retry-after': '300' } }));
  };
}

function options(where: string, status: number, error: string) {
  const server = {
    tokenEndpoint: endpoint('token'),
    deviceAuthorizationEndpoint: endpoint('device'),
    authorizationEndpoint: endpoint('authorize'),
    pushedAuthorizationRequestEndpoint: endpoint('par'),
    revocationEndpoint: endpoint('revoke'),
    userinfoEndpoint: endpoint('userinfo'),
  };
  const storage = new MemoryTokenStorage();
  const common = { clientId: 'app', fetch: refusing(where, status, error), headers, storage };
  return where === 'openid-configuration' ? { ...common, issuer: 'https://as.example' } : { ...common, server };
}

/** A flow with tokens, of which the access token has ended. */
async function holding(where: string, status: number, error: string): Promise<DeviceCodeFlow> {
  const flow = new DeviceCodeFlow({ ...options(where, status, error), promptUser: () => undefined });
  await flow.importTokens({ access_token: 'at-0', refresh_token: 'rt-0', expires_at: 1, scope: 'openid' });
  return flow;
}

const refresh = async (...refusal: [string, number, string]): Promise<unknown> => (await holding(...refusal)).refresh();

const logIn = (where: string, status: number, error: string): Promise<unknown> =>
  new DeviceCodeFlow({ ...options(where, status, error), promptUser: () => undefined }).doFlow();

/** Where a server refuses, with which status and error, what asks, and the code of the error. */
const cases: [string, number, string, (where: string, status: number, error: string) => Promise<unknown>, string][] = [
  ['token', 400, 'invalid_grant', refresh, 'INVALID_REFRESH_TOKEN'],
  ['token', 400, 'login_required', refresh, 'INTERACTION_REQUIRED'],
  ['token', 400, 'access_denied', refresh, 'REFRESH_TOKEN_SUSPECT'],
  ['token', 401, 'invalid_client', refresh, 'CLIENT_REJECTED'],
  ['token', 400, 'invalid_scope', refresh, 'TOKEN_REQUEST_REFUSED'],
  ['token', 503, 'server_error', refresh, 'TOKEN_ENDPOINT_UNAVAILABLE'],
  ['openid-configuration', 503, 'odd', refresh, 'TOKEN_ENDPOINT_UNAVAILABLE'],
  ['openid-configuration', 408, 'odd', refresh, 'TOKEN_ENDPOINT_UNAVAILABLE'],
  ['openid-configuration', 200, 'odd', refresh, 'DISCOVERY_INVALID'],
  ['device', 400, 'invalid_scope', logIn, 'DEVICE_CODE_REFUSED'],
  ['device', 503, 'odd', logIn, 'TOKEN_ENDPOINT_UNAVAILABLE'],
  ['token', 400, 'access_denied', logIn, 'DEVICE_CODE_DENIED'],
  ['token', 400, 'expired_token', logIn, 'DEVICE_CODE_EXPIRED'],
  ['token', 400, 'odd', logIn, 'DEVICE_CODE_POLLING'],
  [
    'par',
    400,
    'invalid_request',
    async (...refusal) => {
      const flow = new AuthorizationCodeFlow({
        ...options(...refusal),
        pushedAuthorization: true,
        redirect: noRedirect,
      });
      return flow.startAuthorization({ redirectUri: 'https://app.example/back' });
    },
    'TOKEN_REQUEST_REFUSED',
  ],
  [
    'userinfo',
    400,
    'odd',
    async (...refusal) => {
      const flow = await holding(...refusal);
      await flow.refresh();
      return flow.fetchUserInfo();
    },
    'TOKEN_REQUEST_REFUSED',
  ],
];

const noRedirect = (): never => {
  throw new Error('Nobody is redirected.');
};

describe('what a server says stays on the error, without the key of a gateway', () => {
  test.each(cases)('at %s, with status %i and %s', async (where, status, error, ask, code) => {
    const found: unknown = await ask(where, status, error).catch((reason: unknown) => reason);
    expect(found).toMatchObject({ ...kept, code, status, error });
  });

  test('of a revocation', async () => {
    const flow = await holding('revoke', 400, 'invalid_request');
    await flow.refresh();
    const failure = await flow.logout().catch((reason: unknown) => reason);
    expect(failure).toMatchObject({
      constructor: RevocationFailedError,
      ...kept,
      status: 400,
      error: 'invalid_request',
    });
  });
});

describe('what a server says stays on the event', () => {
  test.each([
    ['loginRequired', 400, 'invalid_grant'],
    ['loginRequired', 400, 'access_denied'],
    ['renewalFailed', 400, 'invalid_scope'],
    ['renewalFailed', 503, 'odd'],
    ['outcomeUnknown', 200, ''],
  ] as const)('%s, for status %i and %s', async (name, status, error) => {
    const flow = await holding('token', status, error);
    const told: unknown[] = [];
    flow.events.on(name, (event: { readonly error: unknown }) => told.push(event.error));
    await flow.refresh().catch(() => undefined);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ ...kept, status });
  });
});
