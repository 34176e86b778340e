import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCallback } from '../../src/node/login/callback-answer.js';
import { callbackReceiver } from '../../src/node/login/callback-receiver.js';
import { visit } from './browser.js';

let server: Server;
afterEach(() => void server.close());

describe('a receiver whose server goes on listening', () => {
  test('takes one callback, and tells all others that the login is over', async () => {
    const { handle, received } = callbackReceiver({ path: '/callback' });
    server = createServer(handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    expect((await visit(url)).status).toBe(400);
    expect((await visit(`${url}?code=1`)).status).toBe(200);
    expect(await received).toBe('/callback?code=1');
    const late = await visit(`${url}?code=2`);
    expect([late.status, late.body.includes('This login is over')]).toEqual([410, true]);
    expect(await received).toBe('/callback?code=1');
  });
});

test('the names of the machine need no port where it is 80', () => {
  const request = { method: 'GET', target: '/?code=1', host: 'localhost' };
  expect(answerCallback(request, { path: '/', port: 80, used: false }).accepted).toBe('received');
  expect(answerCallback(request, { path: '/', port: 8080, used: false }).accepted).toBeUndefined();
});
