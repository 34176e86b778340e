import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthFlow,
  ClientCredentialsFlow,
  explainResponse,
  LoginRequiredError,
  NoTokensError,
  TokenEndpointUnavailableError,
  UnauthenticatedError,
} from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(() => scene[Symbol.asyncDispose]());

interface Echo {
  readonly method: string;
  readonly body: string;
}
const echo = (response: Response): Promise<Echo> => response.json() as Promise<Echo>;

/** The access tokens that the API saw, in order. */
const shown = (): (string | undefined)[] =>
  scene.server.ledger.filter({ endpoint: 'api' }).map(({ accessToken }) => accessToken);

/** Lets the API refuse all requests from now on, whatever their token. */
function refuseAlways(status = 401, challenge = 'Bearer error="invalid_token"'): void {
  const answer = { status, headers: { 'www-authenticate': challenge }, body: 'no' };
  scene.server.nextAnswers({ endpoint: 'api', times: Infinity }, { name: 'refusal', before: () => answer });
}

describe('fetch', () => {
  test('shows the token to the API, beside headers in any form', async () => {
    const flow = await scene.loggedIn();
    const forms: (HeadersInit | undefined)[] = [
      undefined,
      { 'x-mine': 'yes' },
      [['x-mine', 'yes']],
      new Headers({ 'x-mine': 'yes' }),
      Object.assign(Object.create(null) as Record<string, string>, { 'x-mine': 'yes' }),
      new Map([['x-mine', 'yes']]) as unknown as [string, string][],
    ];
    for (const headers of forms) {
      const response = await flow.fetch(scene.server.api, headers && { headers });
      expect(response.status).toBe(200);
    }
    const api = scene.server.ledger.filter({ endpoint: 'api' });
    expect(api.map((entry) => entry.headers['x-mine'])).toEqual([undefined, 'yes', 'yes', 'yes', 'yes', 'yes']);
    expect(new Set(shown())).toEqual(new Set([flow.accessToken]));
  });

  test.each(['a string', 'a URL', 'a Request', 'a Request with an init', 'a Request as an init'])(
    'takes %s',
    async (form) => {
      const flow = await scene.loggedIn();
      const { api } = scene.server;
      const post = { method: 'POST', body: 'hello', headers: { 'x-mine': 'yes' } };
      const answers: Record<string, () => Promise<Response>> = {
        'a string': () => flow.fetch(api, post),
        'a URL': () => flow.fetch(new URL(api), post),
        'a Request': () => flow.fetch(new Request(api, post)),
        'a Request with an init': () => flow.fetch(new Request(api, { headers: { 'x-mine': 'no' } }), post),
        'a Request as an init': () => flow.fetch(api, new Request('https://elsewhere.example', post)),
      };
      expect(await echo(await answers[form]!())).toMatchObject({ method: 'POST', body: 'hello' });
      expect(scene.server.ledger.entries[0]?.headers['x-mine']).toBe('yes');
      expect(shown()).toEqual([flow.accessToken]);
    },
  );

  test('asks for the URL as it was when called', async () => {
    const flow = await scene.loggedIn();
    const url = new URL(scene.server.api);
    const headers = { 'x-mine': 'before' };
    const answer = flow.fetch(url, { headers });
    url.port = '1';
    headers['x-mine'] = 'after';
    expect((await answer).status).toBe(200);
    expect(scene.server.ledger.entries[0]?.headers['x-mine']).toBe('before');
  });

  test('logs nobody in: without tokens it rejects, and nothing is sent', async () => {
    await expect(scene.flow().fetch(scene.server.api)).rejects.toBeInstanceOf(NoTokensError);
    expect(scene.server.ledger.count()).toBe(0);
  });

  test('renews an expired token before the request, not after', async () => {
    const flow = await scene.loggedIn();
    const old = flow.accessToken;
    await scene.expire();
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    expect(shown()).toEqual([flow.accessToken]);
    expect(flow.accessToken).not.toBe(old);
  });

  test('ends the wait for a token with the caller’s signal, and starts nothing after it', async () => {
    const flow = await scene.loggedIn();
    await scene.expire();
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const controller = new AbortController();
    const answer = flow.fetch(scene.server.api, { signal: controller.signal });
    await gate.arrived;
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    gate.release();
    await expect(flow.fetch(scene.server.api, { signal: controller.signal })).rejects.toThrow('enough');
    await expect(flow.fetch(new Request(scene.server.api, { signal: controller.signal }))).rejects.toThrow('enough');
    expect(shown()).toEqual([]);
  });

  test('ends the request with the caller’s signal', async () => {
    const flow = await scene.loggedIn();
    scene.server.nextAnswers({ endpoint: 'api' }, faults.hang());
    await expect(flow.fetch(scene.server.api, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  test('gives an answer before its body has ended', async () => {
    let end = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('first'));
        end = () => controller.close();
      },
    });
    await scene.loggedIn();
    const streaming = scene.flow({ fetch: () => Promise.resolve(new Response(body)) });
    const response = await streaming.fetch(scene.server.api);
    expect(response.body).toBe(body);
    end();
    expect(await response.text()).toBe('first');
  });

  test('passes a stream on, with duplex', async () => {
    const flow = await scene.loggedIn();
    const body = new Blob(['in pieces']).stream();
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect(await echo(await flow.fetch(scene.server.api, init))).toMatchObject({ body: 'in pieces' });
  });

  test('passes failures of the network on as fetch throws them', async () => {
    await scene.loggedIn();
    const failure = new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
    const flow = scene.flow({ fetch: () => Promise.reject(failure) });
    await expect(flow.fetch(scene.server.api)).rejects.toBe(failure);
  });

  test.each<(header: string) => unknown>([
    (header) => new TypeError(`Headers.append: "${header}" is an invalid header value.`),
    (header) => new Error('failed', { cause: new Error(`sent ${header}`) }),
    (header) => Object.assign(new Error('failed'), { config: { headers: { authorization: header } } }),
    (header) => `failed: ${header}`,
  ])('takes the token out of a failure that tells it', async (fail) => {
    const { accessToken } = await scene.loggedIn();
    const flow = scene.flow({
      fetch: (_url, init) => {
        const { authorization } = init?.headers as Record<string, string>;
        return Promise.reject(fail(authorization ?? ''));
      },
    });
    const thrown = fail('');
    const error = await flow.fetch(scene.server.api).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof TypeError).toBe(thrown instanceof TypeError);
    expect((error as Error).cause === undefined).toBe((thrown as Error).cause === undefined);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(accessToken);
  });

  test.each([{}, { headers: new Headers({ 'x-mine': 'yes' }) }])(
    'tells nothing of a token, first or renewed, that no header can carry, beside %p',
    async (init) => {
      const flow = await scene.loggedIn();
      const broken = { access_token: 'MARKED-broken-token\nMARKED-second-line', token_type: 'Bearer', expires_in: 60 };
      scene.server.nextAnswers(
        { grantType: 'refresh_token' },
        faults.changeFields((all) => ({ ...all, ...broken })),
      );
      scene.server.expireAccessTokens();
      for (const _ of ['renewed', 'first']) {
        const error = await flow.fetch(scene.server.api, init).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(TypeError);
        expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/MARKED|broken|second/);
      }
    },
  );

  test('uses the global fetch of the moment', async () => {
    const flow = await scene.loggedIn();
    const { fetch } = globalThis;
    try {
      globalThis.fetch = () => Promise.resolve(new Response('instead'));
      expect(await (await flow.fetch(scene.server.api)).text()).toBe('instead');
    } finally {
      globalThis.fetch = fetch;
    }
  });
});

describe('asFetch', () => {
  test('is a plain function, as API clients take one', async () => {
    const flow = await scene.loggedIn();
    const { asFetch }: { asFetch: typeof fetch } = { asFetch: flow.asFetch() };
    const response = await asFetch(new Request(scene.server.api, { method: 'POST', body: 'hello' }));
    expect(await echo(response)).toMatchObject({ method: 'POST', body: 'hello' });
  });
});

describe('A6: a 401 from the API', () => {
  test('A6 brings exactly one refresh and one re-send, and the new token is stored', async () => {
    const flow = await scene.loggedIn();
    const old = flow.accessToken;
    scene.server.expireAccessTokens();
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    expect(scene.renewals).toBe(1);
    expect(shown()).toEqual([old, flow.accessToken]);
    expect((await scene.stored(flow))?.accessToken).toBe(flow.accessToken);
    scene.server.ledger.assertNoReuse();
  });

  test('A6 that never ends stops after one, and explains itself', async () => {
    const flow = await scene.loggedIn();
    refuseAlways();
    const response = await flow.fetch(scene.server.api);
    expect([response.status, await response.clone().text()]).toEqual([401, 'no']);
    expect(explainResponse(response)).toBeInstanceOf(UnauthenticatedError);
    expect([scene.renewals, shown().length]).toEqual([1, 2]);
  });

  test('that never ends is no storm: the new token is not renewed again for a while', async () => {
    const flow = await scene.loggedIn();
    refuseAlways();
    for (let call = 0; call < 5; call++) expect((await flow.fetch(scene.server.api)).status).toBe(401);
    expect([scene.renewals, shown().length]).toEqual([1, 6]);
    await scene.clock.advance(30_001);
    expect((await flow.fetch(scene.server.api)).status).toBe(401);
    expect(scene.renewals).toBe(2);
    scene.server.clearFaults();
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    scene.server.expireAccessTokens();
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    expect(scene.renewals).toBe(3);
  });

  test('that never ends is no storm of siblings, made for each request, either', async () => {
    const flow = await scene.loggedIn();
    await flow.withAccount('ada').doFlow();
    refuseAlways();
    const requests = (): Promise<Response>[] =>
      Array.from({ length: 20 }, () => flow.withAccount('ada').fetch(scene.server.api));
    for (const { status } of await Promise.all([...requests(), ...requests()])) expect(status).toBe(401);
    for (const { status } of await Promise.all(requests())) expect(status).toBe(401);
    expect(scene.renewals).toBe(1);
  });

  test('that never ends behind a redirect is no storm either', async () => {
    const flow = await scene.loggedIn();
    const answers = (entry: { path: string }): Fault =>
      entry.path === '/api' ? faults.redirect('/api/', { status: 307 }) : faults.empty(401);
    scene.server.nextAnswers({ endpoint: 'api', times: Infinity }, answers);
    for (let call = 0; call < 3; call++) expect((await flow.fetch(scene.server.api)).status).toBe(401);
    expect(scene.renewals).toBe(1);
  });

  test('at one path is no storm either, though others take the token meanwhile', async () => {
    const flow = await scene.loggedIn();
    scene.server.nextAnswers({ endpoint: 'api', times: Infinity }, ({ path }) =>
      path === '/api/forbidden' ? faults.empty(401) : undefined,
    );
    for (let round = 0; round < 5; round++) {
      expect((await flow.fetch(`${scene.server.api}/forbidden`)).status).toBe(401);
      expect((await flow.fetch(scene.server.api)).status).toBe(200);
    }
    expect(scene.renewals).toBe(1);
    await scene.clock.advance(30_001);
    expect((await flow.fetch(`${scene.server.api}/forbidden`)).status).toBe(401);
    expect(scene.renewals).toBe(2);
  });

  test('is forgotten once it is over: the next one is renewed again', async () => {
    const flow = await scene.loggedIn();
    for (let round = 1; round <= 3; round++) {
      scene.server.expireAccessTokens();
      expect((await flow.fetch(scene.server.api)).status).toBe(200);
      expect(scene.renewals).toBe(round);
    }
  });

  test('for an old token, come late, sends the present one and renews nothing', async () => {
    const flow = await scene.loggedIn();
    const gate = scene.server.hold({ endpoint: 'api', processed: true });
    scene.server.expireAccessTokens();
    const late = flow.fetch(scene.server.api);
    await gate.arrived;
    expect((await flow.fetch(scene.server.api)).status).toBe(200);
    gate.release();
    expect((await late).status).toBe(200);
    expect(scene.renewals).toBe(1);
  });

  test('for four callers, staggered, brings one renewal, and each is sent again once', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    const gates = [1, 2, 3, 4].map(() => scene.server.hold({ endpoint: 'api', processed: true }));
    const answers = gates.map(() => flow.fetch(scene.server.api));
    for (const [index, gate] of gates.entries()) {
      await gate.arrived;
      gate.release();
      if (index === 1) await Promise.race(answers);
    }
    for (const response of await Promise.all(answers)) expect(response.status).toBe(200);
    expect([scene.renewals, shown().length]).toEqual([1, 8]);
    scene.server.ledger.assertNoReuse();
  });

  test.each<[string, number, string]>([
    ['403', 403, 'Bearer error="insufficient_scope", scope="write"'],
    ['401 for want of a scope', 401, 'Bearer error="insufficient_scope"'],
    ['401 for a stronger login', 401, 'Bearer error="insufficient_user_authentication", max_age=1'],
    ['401 for other claims', 401, 'Bearer error="insufficient_claims", claims="e30="'],
  ])('is not what %s is: that renews nothing', async (_name, status, challenge) => {
    const flow = await scene.loggedIn();
    refuseAlways(status, challenge);
    expect((await flow.fetch(scene.server.api)).status).toBe(status);
    expect([scene.renewals, shown().length]).toEqual([0, 1]);
  });

  test('is not waited out by a caller whose signal ends while the token is renewed', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    const gate = scene.server.hold({ grantType: 'refresh_token' });
    const controller = new AbortController();
    let reason: unknown;
    const answer = flow
      .fetch(scene.server.api, { signal: controller.signal })
      .catch((error: unknown) => (reason = error));
    await gate.arrived;
    controller.abort('enough');
    await new Promise((resolve) => setImmediate(resolve));
    const before = reason;
    gate.release();
    await answer;
    expect(before).toBe('enough');
    expect(shown()).toHaveLength(1);
  });

  test('whose renewal fails rejects with the reason', async () => {
    const flow = await scene.loggedIn();
    scene.server.expireAccessTokens();
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.html(503));
    await expect(flow.fetch(scene.server.api)).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
    scene.server.revokeRefreshToken(flow.refreshToken);
    const failure = flow.fetch(scene.server.api);
    await expect(failure).rejects.toBeInstanceOf(LoginRequiredError);
    expect(shown()).toHaveLength(2);
  });

  test('to a flow that gets the same token again is returned as it is', async () => {
    let requests = 0;
    const flow: AuthFlow = new ClientCredentialsFlow({
      server: { tokenEndpoint: 'https://as.example/token' },
      clientId: 'm',
      clientSecret: 'machine-secret',
      fetch: (url) => {
        const isToken = (url as string | URL).toString().endsWith('/token');
        if (!isToken) requests++;
        const tokens = { access_token: 'the-only-token', token_type: 'Bearer', expires_in: 60 };
        return Promise.resolve(isToken ? Response.json(tokens) : new Response('why not', { status: 401 }));
      },
    });
    expect(await (await flow.fetch('https://as.example/api')).text()).toBe('why not');
    expect(requests).toBe(1);
  });
});
