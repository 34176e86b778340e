import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  LoginRequiredError,
  MemoryTokenStorage,
} from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { fetch as undiciFetch, Request as UndiciRequest } from 'undici';

let server: FakeAuthorizationServer;
let flow: DeviceCodeFlow;
let clock: TestClock;
/** How often the person was asked. */
let prompts: number;

beforeEach(async () => {
  clock = new TestClock({ autoAdvance: true });
  server = await FakeAuthorizationServer.start({ clock });
  prompts = 0;
  flow = person();
});
afterEach(() => server.stop());

function person(more: Partial<DeviceCodeFlowOptions> = {}): DeviceCodeFlow {
  return new DeviceCodeFlow({
    ...{ issuer: server.issuer, clientId: 'app', scope: 'read', storage: new MemoryTokenStorage(), clock },
    promptUser: ({ userCode }) => {
      prompts++;
      server.approve(userCode);
    },
    ...more,
  });
}

/** A fetch to an API that refuses with what `scope` returns. */
function refusing(scope: () => string): typeof fetch {
  return (url, init) => {
    if (!(url as string | URL).toString().startsWith(server.api)) return fetch(url, init);
    const headers = { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope()}"` };
    return Promise.resolve(new Response('', { status: 403, headers }));
  };
}

/** The API, where it wants a scope. */
const wanting = (scope: string): string => `${server.api}?scope=${scope}`;
const requests = (): number => server.ledger.entries.filter(({ endpoint }) => endpoint === 'api').length;
const tokenOf = async (known: DeviceCodeFlow): Promise<string> => (await known.doFlow()).accessToken!;
const interactive = { interactive: true } as const;

describe('a fetch that may ask a person', () => {
  test('logs in where there is no token, and sends the request then', async () => {
    const response = await flow.asFetch(interactive)(server.api, { method: 'POST', body: 'x' });
    expect(await response.json()).toMatchObject({ sub: 'ada', body: 'x' });
    expect([prompts, requests()]).toEqual([1, 1]);
  });

  test('asks for the scope that the API wants, beside those that there are', async () => {
    await flow.doFlow();
    const response = await flow.asFetch(interactive)(wanting('write'), { method: 'PUT', body: 'x' });
    expect(await response.json()).toMatchObject({ method: 'PUT', body: 'x' });
    expect([prompts, requests()]).toEqual([2, 2]);
    expect(flow.scope?.split(' ').sort()).toEqual(['read', 'write']);
    expect((await flow.fetch(wanting('read'))).status).toBe(200);
    expect((await flow.asFetch(interactive)(wanting('write'))).status).toBe(200);
    expect(prompts).toBe(2);
  });

  test('asks once for all who want it at once', async () => {
    await flow.doFlow();
    const send = flow.asFetch(interactive);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(wanting('write'))));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(prompts).toBe(2);
  });

  test('asks nobody where the caller does not say interactive, nor where the flow needs no person', async () => {
    await flow.doFlow();
    for (const send of [flow.asFetch(), flow.asFetch({ interactive: false }), flow.fetch.bind(flow)]) {
      expect((await send(wanting('write'))).status).toBe(403);
    }
    const { issuer } = server;
    const machine = new ClientCredentialsFlow({
      issuer,
      clientId: 'app',
      clientSecret: 'secret',
      scope: 'read',
      clock,
    });
    expect((await machine.asFetch(interactive)(wanting('write'))).status).toBe(403);
    expect([prompts, requests()]).toEqual([1, 4]);
  });

  test('does not ask again for what was asked for before: the answer is the API’s', async () => {
    let sent = 0;
    const refused = person({
      fetch: refusing(() => {
        sent++;
        return 'read';
      }),
    });
    await refused.doFlow();
    expect((await refused.asFetch(interactive)(server.api)).status).toBe(403);
    expect([prompts, sent]).toEqual([1, 1]);
  });

  test('asks twice for one request at most', async () => {
    let wanted = 0;
    const greedy = person({ fetch: refusing(() => `more-${++wanted}`) });
    await greedy.doFlow();
    expect((await greedy.asFetch(interactive)(server.api)).status).toBe(403);
    expect([prompts, wanted]).toEqual([3, 3]);
  });

  test('asks nobody for a request whose body is spent, or to which no token belongs', async () => {
    await flow.doFlow();
    const send = flow.asFetch(interactive);
    const stream = new Blob(['x']).stream();
    const streamed = await send(wanting('write'), { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
    const refused = person({ fetch: refusing(() => 'write') });
    const own = await refused.asFetch(interactive)(server.api, { headers: { authorization: 'Bearer own' } });
    const whole = await send(new Request(wanting('write'), { method: 'POST', body: 'x' }));
    expect([streamed.status, own.status, whole.status]).toEqual([403, 403, 403]);
    expect(prompts).toBe(1);
  });

  test('asks nobody for a request of another package whose body is spent', async () => {
    const other = person({ fetch: undiciFetch as unknown as typeof fetch });
    await other.doFlow();
    const whole = new UndiciRequest(wanting('write'), { method: 'POST', body: 'x' });
    expect((await other.asFetch(interactive)(whole as unknown as Request)).status).toBe(403);
    expect([prompts, requests()]).toEqual([1, 1]);
  });

  test('asks for the scope that the API wants where it is given a request without a body', async () => {
    await flow.doFlow();
    expect((await flow.asFetch(interactive)(new Request(wanting('write')))).status).toBe(200);
    expect(prompts).toBe(2);
  });

  test('neither asks nor sends again where the request itself failed', async () => {
    let sent = 0;
    const failing: typeof fetch = (url, init) => {
      if (!(url as string | URL).toString().startsWith(server.api)) return fetch(url, init);
      sent++;
      return Promise.reject(new TypeError('fetch failed'));
    };
    const cut = person({ fetch: failing });
    await cut.doFlow();
    await expect(cut.asFetch(interactive)(server.api, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect([prompts, sent]).toEqual([1, 1]);
  });

  test.each([
    ['without a token', false],
    ['for a wider scope', true],
  ])('is left while the person is busy, %s, by the signal of either form', async (_, hasToken) => {
    const forms = [
      (url: string, signal: AbortSignal) => [url, { signal }] as const,
      (url: string, signal: AbortSignal) => [new Request(url, { signal })] as const,
    ];
    for (const form of forms) {
      const left = new AbortController();
      const busy = person({ promptUser: () => left.abort(new Error('left')) });
      if (hasToken) await busy.importTokens({ access_token: await tokenOf(flow), scope: 'read' });
      const [input, init] = form(wanting('write'), left.signal);
      await expect(busy.asFetch(interactive)(input, init)).rejects.toThrow('left');
    }
  });

  test('is left by a caller whose signal ends, and rejects with what keeps the person from logging in', async () => {
    await expect(
      flow.asFetch(interactive)(server.api, { signal: AbortSignal.abort(new Error('left')) }),
    ).rejects.toThrow('left');
    const denied = person({ promptUser: ({ userCode }) => server.deny(userCode) });
    await expect(denied.asFetch(interactive)(server.api)).rejects.toMatchObject({ code: 'DEVICE_CODE_DENIED' });
    await expect(flow.asFetch()(server.api)).rejects.toBeInstanceOf(LoginRequiredError);
  });

  test('lets go of the answer where the person does not log in', async () => {
    const left: unknown[] = [];
    const body = new ReadableStream({ cancel: (reason) => void left.push(reason) });
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' };
    const wantsMore: typeof fetch = (url, init) =>
      (url as string).startsWith(server.api)
        ? Promise.resolve(new Response(body, { status: 403, headers }))
        : fetch(url, init);
    const denied = person({ fetch: wantsMore, promptUser: ({ userCode }) => server.deny(userCode) });
    await denied.importTokens({ access_token: await tokenOf(flow), scope: 'read' });
    await expect(denied.asFetch(interactive)(server.api)).rejects.toMatchObject({ code: 'DEVICE_CODE_DENIED' });
    expect(left).toHaveLength(1);
  });
});
