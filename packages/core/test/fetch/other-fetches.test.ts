import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ReadableStream } from 'node:stream/web';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow } from '@latchkey/core';
import { decodeJwt } from 'jose';
import { fetch as undiciFetch, Request as UndiciRequest } from 'undici';
import { faults } from '@latchkey/core/testing';
import { createDpopKey } from '../../dist/crypto/dpop-proof.js';
import { dpopFetch } from '../../dist/fetch/dpop-fetch.js';
import { removeHeader, setHeader } from '../../dist/fetch/request-headers.js';
import { exchange } from '../../dist/server/http-exchange.js';
import { NoAnswerError } from '../../dist/server/no-answer.js';
import { DeviceScene } from '../scenes/device-scene.js';

type Fetch = typeof globalThis.fetch;

/** Bodies that a fetch was asked for. */
let bodies: Readable[] = [];

/** As node-fetch, minipass-fetch and what is built on them: a body is a stream of Node. */
const streamsOfNode: Fetch = async (input, init) => {
  const response = await fetch(input, init);
  const body = response.body && Readable.fromWeb(response.body as ReadableStream);
  if (body) bodies.push(body);
  return Object.defineProperty(response, 'body', { value: body });
};

/** As React Native's: there are no streams. */
const withoutStreams: Fetch = async (input, init) => {
  const response = await fetch(input, init);
  return Object.defineProperty(response, 'body', { value: undefined });
};

/** As `defaults` of make-fetch-happen: what is no plain object loses its members. */
const spreading: Fetch = (input, init) => fetch(input, { ...init, headers: { ...(init?.headers as object) } });

const others: readonly [string, Fetch][] = [
  ['gives streams of Node', streamsOfNode],
  ['gives no streams', withoutStreams],
  ['spreads the headers', spreading],
];

let scene: DeviceScene;
let server: Server | undefined;

beforeEach(async () => {
  bodies = [];
  scene = await DeviceScene.start({ expiresIn: 3600 });
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await scene[Symbol.asyncDispose]();
});

async function serve(listener: RequestListener): Promise<string> {
  const started = (server = createServer(listener));
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

describe.each(others)('With a fetch that %s', (_name, other) => {
  test('metadata are found, and tokens received and renewed', async () => {
    const { issuer, ledger } = scene.server;
    const flow = new ClientCredentialsFlow({ issuer, clientId: 'app', clientSecret: 's', fetch: other });
    const rejectedToken = await flow.getAccessTokenRefreshIfNecessary();
    expect(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken })).not.toBe(rejectedToken);
    ledger.assertTokenRequests(2);
  });

  test('a refusal of the server is understood', async () => {
    const flow = await scene.loggedIn({ fetch: other });
    scene.server.nextAnswers({ grantType: 'refresh_token' }, faults.oauthError('invalid_grant'));
    await expect(flow.refresh()).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
  });

  test('a request is sent again after a 401, and along a redirect', async () => {
    const flow = await scene.loggedIn({ fetch: other });
    scene.server.expireAccessTokens();
    scene.server.nextAnswers({ endpoint: 'api', times: 1 }, faults.redirect('api/files', { status: 307 }));
    const response = await flow.fetch(scene.server.api, {
      method: 'PUT',
      headers: new Headers({ 'x-a': '1' }),
      body: 'b',
    });
    expect([response.status, response.redirected]).toEqual([200, true]);
    const asked = scene.server.ledger.filter({ endpoint: 'api' });
    expect(asked.map(({ path, headers, accessToken }) => [path, headers['x-a'], accessToken !== undefined])).toEqual([
      ['/api', '1', true],
      ['/api/files', '1', true],
      ['/api/files', '1', true],
    ]);
    expect(asked.at(-1)?.accessToken).toBe(flow.accessToken);
  });

  test('a proof is sent again with the nonce that the API wants', async () => {
    const shown: (string | null)[] = [];
    const api = await serve((request, response) => {
      const { authorization, dpop } = request.headers;
      shown.push(authorization ?? null);
      const isProven = decodeJwt(String(dpop))['nonce'] === 'n-1';
      const headers = { 'dpop-nonce': 'n-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' };
      response.writeHead(isProven ? 200 : 401, headers).end('text');
    });
    const key = await createDpopKey();
    const send = dpopFetch({ fetch: other, key: () => key, now: () => Date.now() });
    const response = await send(api, { headers: { authorization: 'DPoP at' } });
    expect([response.status, shown]).toEqual([200, ['DPoP at', 'DPoP at']]);
  });
});

test('A Request of another package is proven, and sent again with its body where the API wants a nonce', async () => {
  const shown: unknown[] = [];
  const api = await serve((request, response) => {
    const { htm, htu, nonce } = decodeJwt(String(request.headers['dpop']));
    const headers = { 'dpop-nonce': 'n-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' };
    void text(request).then((body) => {
      shown.push([htm, htu, body]);
      response.writeHead(nonce === 'n-1' ? 200 : 401, headers).end();
    });
  });
  const key = await createDpopKey();
  const send = dpopFetch({ fetch: undiciFetch as unknown as Fetch, key: () => key, now: () => Date.now() });
  const init = { method: 'POST', body: 'hello', headers: { authorization: 'DPoP at' } };
  const response = await send(new UndiciRequest(api, init) as unknown as Request);
  expect(response.status).toBe(200);
  expect(shown).toEqual(Array(2).fill(['POST', api, 'hello']));
});

describe('A stream of Node', () => {
  test('is let go of where nobody reads it', async () => {
    const flow = await scene.loggedIn({ fetch: streamsOfNode });
    scene.server.expireAccessTokens();
    await flow.fetch(scene.server.api);
    const unread = bodies.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded);
    expect(unread).toHaveLength(1); // that of the response, which is the caller's
  });

  test('is given up, and let go of, when its answer has no end', async () => {
    const url = await serve((_request, response) => void response.write('{"acc'));
    const answer = exchange(streamsOfNode, url, {}, { timeout: 0.2 });
    await expect(answer).rejects.toMatchObject({
      constructor: NoAnswerError,
      message: 'No complete answer within 0.2 s.',
    });
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });

  test('is read to 1 MiB', async () => {
    const url = await serve((_request, response) => response.end(Buffer.alloc(1024 * 1024 + 1, ' ')));
    await expect(exchange(streamsOfNode, url, {}, { timeout: 5 })).rejects.toThrow('The answer is larger than 1 MiB.');
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

test.each<[string, Fetch]>([
  ['a stream of the web', fetch],
  ['a stream of Node', streamsOfNode],
])('A body that the fetch has read itself, %s, is said to be that', async (_name, inner) => {
  const reading: Fetch = async (input, init) => {
    const response = await inner(input, init);
    if (bodies.length > 0) for await (const _piece of bodies.splice(0)[0] ?? []);
    else await response.text();
    return response;
  };
  const url = await serve((_request, response) => response.end('{}'));
  await expect(exchange(reading, url, {}, { timeout: 5 })).rejects.toMatchObject({
    mayHaveArrived: true,
    message: 'The fetch in use has read the body of its answer, which it has to leave.',
  });
});

test('Headers that are written in several ways are one header', () => {
  const headers = { 'x-key': 'a', 'X-Key': 'b', accept: '*/*' };
  setHeader(headers, 'X-KEY', 'c');
  expect(headers).toEqual({ 'X-KEY': 'c', accept: '*/*' });
  removeHeader(headers, 'x-key');
  expect(headers).toEqual({ accept: '*/*' });
});
