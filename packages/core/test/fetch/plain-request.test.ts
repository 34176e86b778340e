import { describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, type ClientCredentialsFlowOptions } from '@latchkey/core';

const api = 'https://api.example.org/files';
const json = { accept: 'application/json' };

/** A flow, and what its API was asked. */
function scene(Flow: new (options: ClientCredentialsFlowOptions) => ClientCredentialsFlow = ClientCredentialsFlow) {
  const asked: (RequestInit | undefined)[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (input !== api) return Response.json({ access_token: 'at', token_type: 'bearer', expires_in: 3600 });
    asked.push(init);
    return new Response('ok');
  };
  const server = { tokenEndpoint: 'https://as.example.org/token' };
  const flow = new Flow({
    ...{ server, clientId: 'c', clientSecret: 's', allowedOrigins: ['https://api.example.org'], fetch },
  });
  return { flow, asked };
}

describe('A plain request', () => {
  test('is sent as it was at the call, and the caller’s own is left as it is', async () => {
    const { flow, asked } = scene();
    const init = { method: 'PUT', body: 'first', headers: { ...json } };
    const sent = flow.fetch(api, init);
    Object.assign(init, { body: 'second' });
    init.headers.accept = 'text/plain';
    await sent;
    const headers = { ...json, authorization: 'Bearer at' };
    expect(asked).toEqual([{ method: 'PUT', body: 'first', headers, redirect: 'manual' }]);
    expect(init).toEqual({ method: 'PUT', body: 'second', headers: { accept: 'text/plain' } });
  });

  test.each<[string, RequestInit | undefined]>([
    ['none', undefined],
    ['no headers', {}],
    ['headers of any kind', { headers: [['accept', 'application/json']] }],
    ['a redirect that is followed', { redirect: 'follow', headers: json }],
    ['a null prototype', Object.assign(Object.create(null) as object, { headers: json })],
  ])('shows the token with %s', async (_what, init) => {
    const { flow, asked } = scene();
    await flow.fetch(api, init);
    expect(new Headers(asked[0]?.headers).get('authorization')).toBe('Bearer at');
  });

  test.each(['error', 'manual'] as const)('leaves redirects to a caller who says %s', async (redirect) => {
    const { flow, asked } = scene();
    await flow.fetch(api, { redirect });
    expect(asked[0]?.redirect).toBe(redirect);
  });

  test('shows a header of one’s own as it is at each request', async () => {
    let shown = 0;
    class Counting extends ClientCredentialsFlow {
      protected override tokenHeader(token: string): readonly [string, string] {
        return ['authorization', `Counted ${token} ${shown++}`];
      }
    }
    const { flow, asked } = scene(Counting);
    await flow.fetch(api);
    await flow.fetch(api);
    const [first, second] = asked.map((init) => new Headers(init?.headers).get('authorization'));
    expect(first).toMatch(/^Counted at \d$/);
    expect(second).toMatch(/^Counted at \d$/);
    expect(second).not.toBe(first);
  });

  test('takes over what the caller wrote, and nothing that objects inherit', async () => {
    const { flow, asked } = scene();
    await flow.getAccessTokenRefreshIfNecessary();
    Object.defineProperty(Object.prototype, 'cookie', { value: 'a=b', enumerable: true, configurable: true });
    try {
      await flow.fetch(api, { headers: json });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'cookie');
    }
    expect(Object.keys(asked[0] ?? {})).toEqual(['headers', 'redirect']);
    expect(Object.keys(asked[0]?.headers ?? {})).toEqual(['accept', 'authorization']);
  });

  test.each(['authorization', 'Authorization'])('is left alone where it brings %s', async (name) => {
    const { flow, asked } = scene();
    await flow.fetch(api, { headers: { [name]: 'Basic x' } });
    expect(asked).toEqual([{ headers: { [name]: 'Basic x' } }]);
  });
});
