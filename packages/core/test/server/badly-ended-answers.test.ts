import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MemoryTokenStorage, RefreshOutcomeUnknownError, RefreshTokenFlow } from '@latchkey/core';
import { type Listener, rawListener } from './faulty-listeners.js';

let listener: Listener | undefined;

afterEach(() => {
  listener?.close();
  listener = undefined;
});

const whole = JSON.stringify({ access_token: 'at-2', token_type: 'Bearer', expires_in: 60, refresh_token: 'rt-2' });
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const tooLong = `${head}content-length: 500\r\n\r\n`;
const chunked = (text: string): string =>
  `${head}transfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}`;

/** What is done with the connection once all was written. */
const ends = {
  closed: (socket: Socket): unknown => socket.end(),
  reset: (socket: Socket): unknown => socket.resetAndDestroy(),
  open: (): unknown => undefined,
};

/** A flow that has renewed, or the error, at a server that answers so. */
async function renewed(answer: string, end: keyof typeof ends): Promise<RefreshTokenFlow> {
  listener = await rawListener((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answer, () => setTimeout(() => ends[end](socket), 20)));
  });
  const flow = new RefreshTokenFlow({
    server: { tokenEndpoint: `http://127.0.0.1:${listener.port}/token` },
    clientId: 'app',
    refreshToken: 'rt-1',
    storage: new MemoryTokenStorage(),
    timeout: 1, // seconds; real, since the connection is
  });
  await flow.getAccessTokenRefreshIfNecessary();
  return flow;
}

describe('an answer whose JSON object is whole brings its tokens, which may be the only ones that live, where', () => {
  test.each([
    ['it is shorter than it says, and the connection is closed', tooLong + whole, 'closed'],
    ['it is shorter than it says, and the connection is reset', tooLong + whole, 'reset'],
    ['it is shorter than it says, and the connection is left open', tooLong + whole, 'open'],
    ['its last chunk is missing, and the connection is closed', `${chunked(whole)}\r\n`, 'closed'],
    ['it says no length, and the connection is left open', `${head}\r\n${whole}`, 'open'],
  ] as const)('%s', async (_what, answer, end) => {
    const flow = await renewed(answer, end);
    expect([flow.accessToken, flow.refreshToken]).toEqual(['at-2', 'rt-2']);
  });
});

describe('an answer is none where its connection ends badly and', () => {
  test.each([
    ['its JSON is torn', tooLong + whole.slice(0, -1)],
    ['it is a form, of which a part looks like the whole', `${tooLong}access_token=at-2&refresh_token=rt-`],
    ['nothing came', tooLong],
  ])('%s', async (_what, answer) => {
    await expect(renewed(answer, 'closed')).rejects.toBeInstanceOf(RefreshOutcomeUnknownError);
  });
});
