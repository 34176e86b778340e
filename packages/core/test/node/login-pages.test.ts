import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AuthorizationCodeFlow, AuthorizationError, MemoryTokenStorage, StateMismatchError } from '@latchkey/core';
import { loopbackRedirect, type LoopbackRedirectOptions } from '@latchkey/core/node';
import { TestClock } from '@latchkey/core/testing';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { ApprovingProvider } from '../scenes/approving-provider.js';
import { type Seen, visit } from './browser.js';
import { failureOf } from './written-files.js';

let provider: ApprovingProvider;
let storage: MemoryTokenStorage;

beforeEach(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined); // oidc-provider's advice for production
  jest.spyOn(console, 'info').mockImplementation(() => undefined);
  storage = new MemoryTokenStorage();
  provider = await ApprovingProvider.start({
    client_id: 'cli',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['http://127.0.0.1/callback'],
  });
});

afterEach(async () => {
  await provider[Symbol.asyncDispose]();
  jest.restoreAllMocks();
});

const redeemed = (): number => provider.seen.filter(({ path }) => path === '/token').length;

function flowBy(openBrowser: (url: URL) => unknown, options: LoopbackRedirectOptions = {}): AuthorizationCodeFlow {
  const redirect = loopbackRedirect({ showUrl: () => undefined, ...options, openBrowser });
  return new AuthorizationCodeFlow({ issuer: provider.issuer, clientId: 'cli', scope: 'openid', storage, redirect });
}

/** Logs in with a browser that goes where `change` makes of the right callback; returns what it is shown. */
async function logInBy(
  change: (callback: URL) => void,
  options: LoopbackRedirectOptions = {},
): Promise<Seen & { error: unknown; redeemedFirst: number }> {
  let seen: Promise<Seen & { redeemedFirst: number }> | undefined;
  const browse = async (url: URL): Promise<Seen & { redeemedFirst: number }> => {
    const callback = new URL(await provider.visit(url));
    change(callback);
    const page = await visit(callback.href);
    return { ...page, redeemedFirst: redeemed() };
  };
  const error = await flowBy((url) => void (seen = browse(url)), options)
    .doFlow()
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  return { ...(await seen!), error };
}

const titleOf = ({ body }: Seen): string | undefined => /<h1>(.*?)<\/h1>/.exec(body)?.[1];
const right = (): void => undefined;

/** Leaves the state and the server's name, which every callback brings. */
function answer(fields: Record<string, string>): (callback: URL) => void {
  return ({ searchParams }) => {
    searchParams.delete('code');
    for (const [name, value] of Object.entries(fields)) searchParams.set(name, value);
  };
}

describe('the page after a login', () => {
  test('is shown when the code has been redeemed, and says that the login worked', async () => {
    const seen = await logInBy(right, { programName: 'acme' });
    expect([seen.status, titleOf(seen), seen.redeemedFirst, seen.error]).toEqual([
      200,
      'You are logged in',
      1,
      undefined,
    ]);
    expect(seen.body).toContain('<title>You are logged in – acme</title>');
    expect(seen.body).toContain('You can close this window and go back to acme.');
  });

  test.each([
    ['declined', answer({ error: 'access_denied' }), 'The login was declined', 'AUTHORIZATION_DENIED'],
    ['refused', answer({ error: 'invalid_scope' }), 'The server refused the login', 'AUTHORIZATION_REFUSED'],
    ['whose code is not taken', answer({ code: 'SECRET' }), 'The login did not work', 'INVALID_GRANT'],
    [
      'of another state',
      answer({ code: 'SECRET', state: 'SECRET' }),
      'This is the answer to another login',
      'STATE_MISMATCH',
    ],
    [
      'of another server',
      answer({ code: 'SECRET', iss: 'https://x.test' }),
      'This is the answer to another login',
      'ISSUER_MISMATCH',
    ],
  ])('that was %s says so, and repeats nothing of it', async (_how, change, title, code) => {
    const seen = await logInBy(change);
    expect([titleOf(seen), (seen.error as { code?: string }).code]).toEqual([title, code]);
    expect(seen.body).toContain('the program');
    expect(seen.body).not.toMatch(/SECRET|access_denied|invalid_scope|code=|state=/);
    expect(await storage.list().next()).toMatchObject({ done: true });
  });

  test('says that it did not work when the server is not to be reached', async () => {
    let seen: Promise<Seen> | undefined;
    const browse = async (url: URL): Promise<Seen> => {
      const callback = await provider.visit(url);
      await provider[Symbol.asyncDispose]();
      return visit(callback);
    };
    await failureOf(flowBy((url) => void (seen = browse(url))).doFlow());
    expect(titleOf(await seen!)).toBe('The login did not work');
    provider = await ApprovingProvider.start({ client_id: 'cli', redirect_uris: ['http://127.0.0.1/callback'] });
  });

  test('writes the name of the program as text', async () => {
    const { body } = await logInBy(right, { programName: `<b onload="x">&'` });
    expect(body).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;&#39;');
    expect(body).not.toContain('<b ');
  });

  test('can be one of the program, after a login that worked', async () => {
    const successUrl = 'https://acme.example/welcome';
    const { status, headers, body } = await logInBy(right, { successUrl });
    expect([status, headers.location, headers['referrer-policy'], body]).toEqual([303, successUrl, 'no-referrer', '']);
    const failed = await logInBy(answer({ error: 'access_denied' }), { successUrl });
    expect([failed.status, failed.headers.location]).toEqual([200, undefined]);
  });

  test.each([{ programName: ' ' }, { programName: 5 as never }, { successUrl: '/welcome' }, { successUrl: 'data:,x' }])(
    'is not made of %j',
    (options) => {
      expect(() => loopbackRedirect(options)).toThrow(TypeError);
    },
  );
});

describe('a login whose redirect has come', () => {
  test('goes on when the window is closed before its page', async () => {
    const browse = async (url: URL): Promise<void> => {
      const sent = request(await provider.visit(url), { agent: false }).end();
      sent.on('error', () => undefined);
      await once(sent, 'socket');
      setTimeout(() => sent.destroy(), 5);
    };
    const tokens = await flowBy(browse).doFlow();
    expect(tokens.accessToken).toMatch(/./);
  });

  test('does not time out while its code is redeemed', async () => {
    const clock = new TestClock();
    let redeem: () => void = () => undefined;
    const exchange = new Promise<void>((resolve) => (redeem = resolve));
    const asked: string[] = [];
    const redirect = loopbackRedirect({ openBrowser: false, showUrl: () => undefined, clock });
    let redirectUri = '';
    const start = (uri: string): Promise<URL> =>
      Promise.resolve(new URL(`https://id.test/?uri=${(redirectUri = uri)}`));
    const complete = (url: string): Promise<void> => (asked.push(url), exchange);
    const done = redirect(start, { redirectUri: undefined, signal: new AbortController().signal, complete });
    await clock.untilSleeping();
    const seen = visit(`${redirectUri}?code=1`);
    while (asked.length === 0) await immediate();
    await clock.advance(300_000);
    await immediate();
    redeem();
    expect(await done).toBe(`${redirectUri}?code=1`);
    expect(titleOf(await seen)).toBe('You are logged in');
  });

  test('ends at once with its signal, and the page says that it did not work', async () => {
    const caller = new AbortController();
    const silent = createServer(() => caller.abort()).listen(0, '127.0.0.1'); // asked for tokens
    await once(silent, 'listening');
    const issuer = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    let seen: Promise<Seen> | undefined;
    const browse = ({ searchParams }: URL): void => {
      const [uri, state] = ['redirect_uri', 'state'].map((name) => searchParams.get(name) ?? '');
      seen = visit(`${uri}?code=1&state=${state}`);
    };
    const flow = new AuthorizationCodeFlow({
      server: { issuer, tokenEndpoint: `${issuer}/token`, authorizationEndpoint: `${issuer}/authorize` },
      clientId: 'cli',
      redirect: loopbackRedirect({ showUrl: () => undefined, openBrowser: browse }),
    });
    expect(await failureOf(flow.doFlow({ signal: caller.signal }))).toHaveProperty('name', 'AbortError');
    expect(titleOf(await seen!)).toBe('The login did not work');
    silent.closeAllConnections();
    silent.close();
  });
});

describe('a redirect that completes the login by itself', () => {
  test('redeems the code once, and passes on why it failed, whatever it does about that', async () => {
    const complete: unknown[] = [];
    const options = {
      issuer: provider.issuer,
      clientId: 'cli',
      scope: 'openid',
      redirectUri: 'http://127.0.0.1/callback',
      storage,
    };
    const flow = new AuthorizationCodeFlow({
      ...options,
      redirect: async (start, context) => {
        const callback = await provider.visit(await start('http://127.0.0.1/callback'));
        complete.push(await context.complete?.(callback), await context.complete?.(callback));
        return callback;
      },
    });
    expect((await flow.doFlow()).accessToken).toMatch(/./);
    expect([complete, redeemed()]).toEqual([[undefined, undefined], 1]);

    const swallowing = new AuthorizationCodeFlow({
      ...options,
      redirect: async (start, context) => {
        await start('http://127.0.0.1/callback');
        await context.complete?.('?code=1&state=2').catch(() => undefined);
        return '?error=access_denied';
      },
    });
    const error = await failureOf(swallowing.doFlow());
    expect(error).toBeInstanceOf(StateMismatchError);
    expect(error).not.toBeInstanceOf(AuthorizationError);
  });
});
