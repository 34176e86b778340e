import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AuthFlowError,
  MemoryTokenStorage,
  RefreshOutcomeUnknownError,
  RefreshTokenFlow,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { Agent, fetch as undiciFetch, ProxyAgent } from 'undici';
import { type Certificate, makeCertificate } from './certificates.js';
import { deafListener, httpListener, type Listener, proxyListener, rawListener } from './faulty-listeners.js';
import { refreshInChild } from './refresh-in-child.js';

let folder: string;
let good: Certificate;
const opened: Listener[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  good = makeCertificate(folder);
});
afterEach(() => {
  for (const listener of opened.splice(0)) listener.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(listener: Promise<Listener>): Promise<Listener> {
  const one = await listener;
  opened.push(one);
  return one;
}

/** A fetch through this dispatcher of undici's. */
function through(dispatcher: Agent | ProxyAgent): typeof fetch {
  return ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch;
}

/** What a refresh came to at a server whose metadata is known, and whether the flow calls its outcome unknown. */
async function refreshAt(url: string, options: { fetch?: typeof fetch; timeout?: number } = {}): Promise<Outcome> {
  const storage = new MemoryTokenStorage();
  const server = { tokenEndpoint: url };
  const flow = new RefreshTokenFlow({ server, clientId: 'app', refreshToken: 'rt-1', storage, timeout: 1, ...options });
  let isUnknown = false;
  flow.events.on('outcomeUnknown', () => (isUnknown = true));
  const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
  if (!(error instanceof AuthFlowError)) throw new Error('It did not fail.', { cause: error });
  return { error, isUnknown };
}

/** Seconds, long enough to connect in on a busy machine. */
const patience = 2;

interface Outcome {
  readonly error: AuthFlowError;
  readonly isUnknown: boolean;
}

function expectNeverSent({ error, isUnknown }: Outcome): void {
  expect(error).toMatchObject({ constructor: TokenEndpointUnavailableError, mayHaveArrived: false, retryable: true });
  expect(isUnknown).toBe(false);
}

function expectUnknown({ error, isUnknown }: Outcome): void {
  expect(error).toBeInstanceOf(RefreshOutcomeUnknownError);
  expect(isUnknown).toBe(true);
}

const ignore = (): void => undefined;
const reset = (socket: Socket): unknown => socket.resetAndDestroy();

/** Faults before a request is written, each with the URL of the token endpoint. */
const before: [string, () => Promise<string>][] = [
  [
    'nobody listens',
    async () => {
      const { port, close } = await rawListener(ignore);
      close();
      return `http://127.0.0.1:${port}/token`;
    },
  ],
  [
    'nobody listens at several addresses',
    async () => {
      const { port, close } = await rawListener(ignore);
      close();
      return `http://localhost:${port}/token`;
    },
  ],
  ['its name is unknown', async () => 'https://name.invalid/token'],
  ['who wants to connect is dropped', async () => `http://127.0.0.1:${(await open(deafListener())).port}/token`],
  [
    'it speaks HTTP where TLS is expected',
    async () => `https://127.0.0.1:${(await open(httpListener((_request, response) => response.end()))).port}/token`,
  ],
  ['the TLS handshake is reset', async () => secure(await open(rawListener(reset)))],
  [
    'the TLS handshake is reset in the middle',
    async () => secure(await open(rawListener((socket) => void socket.once('data', () => reset(socket))))),
  ],
  ['the TLS handshake is closed', async () => secure(await open(rawListener((socket) => void socket.end())))],
  ['the TLS handshake is never answered', async () => secure(await open(rawListener(ignore)))],
  [
    'there is no common version of TLS',
    async () => secure(await open(httpListener(ignore, { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }))),
  ],
  ['its certificate is self-signed', async () => secure(await open(httpListener(ignore, good)))],
];

function secure({ port }: Listener): string {
  return `https://127.0.0.1:${port}/token`;
}

describe.each([
  ['the fetch of Node', undefined],
  ['undici', undiciFetch as unknown as typeof fetch],
])('a refresh by %s was never sent where', (_name, fetch) => {
  test.each(before)('%s', async (_fault, start) => {
    expectNeverSent(await refreshAt(await start(), { ...(fetch && { fetch }) }));
  });
});

describe('a refresh was never sent where the certificate', () => {
  test.each([
    ['is not yet valid', '127.0.0.1', 2080, 2090, /clock/],
    ['has ended', '127.0.0.1', 2010, 2020, /clock/],
    ['is of another host', '127.0.0.9', 2020, 2090, /name in the URL/],
  ])('%s', async (_name, address, from, to, remedy) => {
    const certificate = makeCertificate(folder, address, from, to);
    const url = secure(await open(httpListener(ignore, certificate)));
    const outcome = await refreshAt(url, { fetch: through(new Agent({ connect: { ca: certificate.cert } })) });
    expectNeverSent(outcome);
    expect(outcome.error).toMatchObject({ code: 'CERTIFICATE_NOT_TRUSTED', remedy: expect.stringMatching(remedy) });
  });
});

test('a refresh was never sent where the server wants a client certificate before all else', async () => {
  // By TLS 1.3 a client takes the handshake for done, and writes, before the server refuses it.
  const tls = { ...good, ca: good.cert, requestCert: true, maxVersion: 'TLSv1.2' } as const;
  const url = secure(await open(httpListener(ignore, tls)));
  const outcome = await refreshAt(url, { fetch: through(new Agent({ connect: { ca: good.cert } })) });
  expectNeverSent(outcome);
  expect(outcome.error.message).toMatch(/alert handshake failure/);
  expect(outcome.error.remedy).toMatch(/client certificate.*option fetch/);
});

describe('a refresh through a proxy was never sent where the proxy', () => {
  test.each([
    ['answers CONNECT with 403', 'HTTP/1.1 403 Forbidden\r\n\r\n'],
    ['answers CONNECT with 407', 'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n'],
    ['answers CONNECT with 502', 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n\r\nno'],
    ['answers CONNECT with 503', 'HTTP/1.1 503 Service Unavailable\r\nretry-after: 30\r\n\r\n'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['closes', ''],
  ])('%s', async (_name, answer) => {
    const { port } = await open(proxyListener((socket) => void socket.end(answer)));
    const fetch = through(new ProxyAgent(`http://127.0.0.1:${port}`));
    expectNeverSent(await refreshAt('https://as.example/token', { fetch }));
  });

  test('is silent', async () => {
    const { port } = await open(proxyListener(ignore));
    const fetch = through(new ProxyAgent(`http://127.0.0.1:${port}`));
    expectNeverSent(await refreshAt('https://as.example/token', { fetch }));
  });

  test('cannot be reached', async () => {
    const { port, close } = await rawListener(ignore);
    close();
    const fetch = through(new ProxyAgent(`http://127.0.0.1:${port}`));
    expectNeverSent(await refreshAt('https://as.example/token', { fetch }));
  });
});

describe('a refresh in a process of its own was never sent where', () => {
  test('it has no file descriptor left', async () => {
    const { port } = await open(httpListener((_request, response) => response.setHeader('connection', 'close').end()));
    const told = await refreshInChild(`http://127.0.0.1:${port}/token`, { descriptors: 200 });
    expect(told).toMatchObject({ name: 'TokenEndpointUnavailableError', mayHaveArrived: false });
    expect(told).toMatchObject({
      message: expect.stringContaining('EMFILE'),
      remedy: expect.stringContaining('ulimit'),
    });
  });

  test('the certificate of an authority that it trusts is not yet valid', async () => {
    const certificate = makeCertificate(folder, '127.0.0.1', 2080, 2090);
    const url = secure(await open(httpListener(ignore, certificate)));
    const told = await refreshInChild(url, { environment: { NODE_EXTRA_CA_CERTS: certificate.file } });
    expect(told).toMatchObject({
      mayHaveArrived: false,
      code: 'CERTIFICATE_NOT_TRUSTED',
      remedy: expect.stringContaining('clock'),
    });
  });

  const hasOwnProxy = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
  if (!hasOwnProxy) console.warn('Left out: the proxy of Node itself; it needs Node 24, and test:full runs it there.');
  (hasOwnProxy ? test : test.skip).each([403, 407, 502, 503])(
    'the proxy of NODE_USE_ENV_PROXY, where Node has it, answers CONNECT with %i',
    async (status) => {
      const { port } = await open(proxyListener((socket) => void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)));
      const environment = { NODE_USE_ENV_PROXY: '1', https_proxy: `http://127.0.0.1:${port}` };
      const told = await refreshInChild('https://as.example/token', { environment });
      expect(told).toMatchObject({
        name: 'TokenEndpointUnavailableError',
        mayHaveArrived: false,
        remedy: expect.stringContaining('proxy'),
      });
    },
  );
});

/** Ends the connection of a request, of whichever version of HTTP. */
function cut(request: IncomingMessage | Http2ServerRequest): void {
  if ('stream' in request) request.stream.session?.destroy();
  else request.socket.destroy();
}

/** Faults after a request is written, by what the server does with it. */
const after: [string, Parameters<typeof httpListener>[0]][] = [
  ['the connection is cut before an answer', cut],
  ['the connection is closed before an answer', ({ socket }) => void socket.end()],
  ['no answer comes', ignore],
  ['the answer is cut', (_request, response) => void response.write('{"acc', () => response.destroy())],
];

describe('the outcome of a refresh is unknown where', () => {
  // Shorter than the default of `timeout`, which the option replaces.
  test.each(after)(
    '%s',
    async (_name, answer) => {
      const listener = await open(httpListener(answer));
      expectUnknown(await refreshAt(`http://127.0.0.1:${listener.port}/token`, { timeout: patience }));
      expect(listener.requests()).toBe(1);
    },
    15_000,
  );

  test.each(after)('%s, over TLS', async (_name, answer) => {
    const listener = await open(httpListener(answer, good));
    const fetch = through(new Agent({ connect: { ca: good.cert } }));
    expectUnknown(await refreshAt(secure(listener), { fetch, timeout: patience }));
    expect(listener.requests()).toBe(1);
  });

  test.each(after.filter(([name]) => name !== 'the connection is closed before an answer'))(
    '%s, over HTTP/2',
    async (_name, answer) => {
      const listener = await open(httpListener((request, response) => answer(request, response), good, 2));
      const fetch = through(new Agent({ allowH2: true, connect: { ca: good.cert } }));
      expectUnknown(await refreshAt(secure(listener), { fetch, timeout: patience }));
      expect(listener.requests()).toBe(1);
    },
  );

  test.each([
    ['its head', 'POST /token'],
    ['its body', 'refresh_token'],
  ])('the connection is cut while the server reads %s', async (_name, words) => {
    const cutAt = (socket: Socket): unknown => socket.on('data', (data) => data.includes(words) && reset(socket));
    expectUnknown(
      await refreshAt(`http://127.0.0.1:${(await open(rawListener(cutAt))).port}/token`, { timeout: patience }),
    );
  });

  test('a proxy that opened its tunnel cuts it after the request', async () => {
    const listener = await open(httpListener(cut, good));
    const tunnel = (socket: Socket): void => {
      const other = connect(listener.port, '127.0.0.1').on('error', () => socket.destroy());
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(other).pipe(socket);
    };
    const { port } = await open(proxyListener(tunnel));
    const proxy = new ProxyAgent({ uri: `http://127.0.0.1:${port}`, requestTls: { ca: good.cert } });
    expectUnknown(await refreshAt(secure(listener), { fetch: through(proxy), timeout: patience }));
    expect(listener.requests()).toBe(1);
  });

  test('a proxy that was given the whole URL is silent', async () => {
    const listener = await open(httpListener(ignore));
    const proxy = new ProxyAgent({ uri: `http://127.0.0.1:${listener.port}`, proxyTunnel: false });
    expectUnknown(await refreshAt('http://localhost:9999/token', { fetch: through(proxy), timeout: patience }));
    expect(listener.requests()).toBe(1);
  });

  test('the connection was kept from a request before, and is closed as the next one comes', async () => {
    let count = 0;
    const { port } = await open(
      httpListener((request, response) => {
        if (count++ === 0) response.end('{}');
        else cut(request);
      }),
    );
    const url = `http://127.0.0.1:${port}/token`;
    await (await fetch(url, { method: 'POST', body: 'a=b' })).text();
    expectUnknown(await refreshAt(url, { timeout: patience }));
  });
});

describe('a flow that knows the metadata of its server', () => {
  test('is not saved by discovery, and tells all the same that nothing was sent', async () => {
    const broken = secure(await open(rawListener(reset)));
    const metadata = await open(
      httpListener(({ headers }, response) => {
        response.end(JSON.stringify({ issuer: `http://${headers.host}`, token_endpoint: broken }));
      }),
    );
    const issuer = `http://127.0.0.1:${metadata.port}`;
    const flow = new RefreshTokenFlow({ issuer, clientId: 'app', refreshToken: 'rt-1' });
    for (let time = 0; time < 2; time++) {
      const refused = flow.getAccessTokenRefreshIfNecessary();
      await expect(refused).rejects.toMatchObject({
        constructor: TokenEndpointUnavailableError,
        mayHaveArrived: false,
      });
    }
    expect(metadata.requests()).toBe(1);
  });
});

describe('of two requests at once', () => {
  test('each knows of itself alone whether it was sent', async () => {
    const silent = secure(await open(rawListener(ignore)));
    const deaf = `http://127.0.0.1:${(await open(httpListener(ignore))).port}/token`;
    const [first, second] = await Promise.all([refreshAt(silent), refreshAt(deaf, { timeout: patience })]);
    expectNeverSent(first);
    expectUnknown(second);
    expect(first.error.message).toContain('No connection within 1 s.');
  });
});
