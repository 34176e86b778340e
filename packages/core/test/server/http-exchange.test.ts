import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { exchange, type HttpAnswer, requestInit } from '../../dist/server/http-exchange.js';
import { NoAnswerError } from '../../dist/server/no-answer.js';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  const started = (server = createServer(listener));
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

const post = (url: string, timeout = 5, signal?: AbortSignal): Promise<HttpAnswer> =>
  exchange(fetch, url, { method: 'POST', body: 'a=b' }, { timeout, signal });

describe('an exchange', () => {
  test('reads the whole answer', async () => {
    const url = await serve((_request, response) => response.writeHead(201, { 'x-a': 'b' }).end('tout près'));
    const { status, text, headers } = await post(url);
    expect([status, text, headers.get('x-a')]).toEqual([201, 'tout près', 'b']);
  });

  test('follows no redirect', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect((await post(url)).status).toBe(307);
    expect(seen).toEqual(['/']);
  });

  test('takes the redirect that a browser hides for one', async () => {
    const hidden = { type: 'opaqueredirect', status: 0, headers: new Headers(), body: null } as Response;
    const answer = await exchange(async () => hidden, 'https://id.example.org/', {}, { timeout: 5 });
    expect(answer.status).toBe(302);
  });

  test.each([
    ['never comes', (): unknown => undefined],
    ['stops in the middle', (response: ServerResponse): unknown => response.write('{"acc')],
  ])('gives up on an answer that %s', async (_name, begin) => {
    const url = await serve((_request, response) => void begin(response));
    await expect(post(url, 1)).rejects.toMatchObject({
      constructor: NoAnswerError,
      mayHaveArrived: true,
      message: 'No complete answer within 1 s.',
    });
  });

  test('stops reading an endless answer', async () => {
    let sent = 0;
    const url = await serve((_request, response) => {
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
      };
      more();
    });
    await expect(post(url)).rejects.toMatchObject({
      message: 'The answer is larger than 1 MiB.',
      mayHaveArrived: true,
    });
    expect(sent).toBeLessThan(50_000_000);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('counts what an answer in %s unpacks to', async (encoding, pack) => {
    const packed = pack(Buffer.alloc(4_000_000, ' '));
    expect(packed.length).toBeLessThan(10_000);
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(packed);
    });
    const size = post(url).then((answer) => answer.text.length);
    await expect(size).rejects.toMatchObject({ message: 'The answer is larger than 1 MiB.' });
  });

  test('tells a request that never left from one that may have arrived', async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(post(url)).rejects.toMatchObject({ constructor: NoAnswerError, mayHaveArrived: true });
    const gone = server;
    await new Promise((resolve) => gone?.close(resolve));
    await expect(post(url)).rejects.toMatchObject({ constructor: NoAnswerError, mayHaveArrived: false });
    await expect(post('http://name.invalid/')).rejects.toMatchObject({ mayHaveArrived: false });
  });

  test('ends with the reason of its signal', async () => {
    const url = await serve(() => undefined);
    const leaving = new AbortController();
    const waiting = post(url, 5, leaving.signal);
    leaving.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(post(url, 5, leaving.signal)).rejects.toThrow('enough');
  });

  test('needs no fetch that looks at its signal', async () => {
    const deaf = (): Promise<Response> => new Promise(() => undefined);
    await expect(exchange(deaf, 'http://127.0.0.1/', {}, { timeout: 0.02 })).rejects.toBeInstanceOf(NoAnswerError);
  });

  test('lets the caller say who asks, what is read and how a form is labelled, and replace no other header of the protocol', () => {
    const form = 'application/x-www-form-urlencoded';
    const needed = {
      accept: 'application/json',
      authorization: 'Basic ours',
      'content-type': `${form};charset=UTF-8`,
      dpop: 'ours',
      'user-agent': 'library',
    };
    const own = { Accept: '*/*', Authorization: 'theirs', 'Content-Type': form, DPoP: 'theirs', 'User-Agent': 'mine' };
    expect(requestInit({ headers: needed }, own).headers).toEqual({
      accept: '*/*',
      authorization: 'Basic ours',
      'content-type': form,
      dpop: 'ours',
      'user-agent': 'mine',
    });
  });

  test('keeps its own media type, and sends none where there is no body', () => {
    const own = { 'content-type': 'application/json' };
    const form = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
    expect(requestInit({ headers: form }, own).headers).toEqual(form);
    expect(requestInit({ headers: {} }, own).headers).toEqual({});
  });
});
