import { describe, expect, jest, test } from '@jest/globals';
import { ClientCredentialsFlow } from '@latchkey/core';
import { getEventListeners } from 'node:events';
import { onAbort } from '../../dist/platform/on-abort.js';

const api = 'https://api.example';
const answers = (url: unknown): Promise<Response> =>
  Promise.resolve(Response.json(String(url).startsWith(api) ? {} : { access_token: 'the token', expires_in: 3600 }));
const flowOf = (): ClientCredentialsFlow =>
  new ClientCredentialsFlow({
    server: { tokenEndpoint: 'https://login.example/token' },
    clientId: 'm',
    clientSecret: 's',
    allowedOrigins: [api],
    fetch: answers,
  });

describe('one signal of a thousand calls', () => {
  test.each([
    [
      'for tokens',
      (flow: ClientCredentialsFlow, signal: AbortSignal) => flow.getAccessTokenRefreshIfNecessary({ signal }),
    ],
    ['by fetch', (flow: ClientCredentialsFlow, signal: AbortSignal) => flow.fetch(api, { signal })],
    ['to renew', (flow: ClientCredentialsFlow, signal: AbortSignal) => flow.refresh({ signal })],
  ])('%s has one listener of ours meanwhile, none afterwards, and brings no warning', async (_what, call) => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { signal } = new AbortController();
    const flow = flowOf();
    const calls = Array.from({ length: 1000 }, () => call(flow, signal));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

describe('onAbort', () => {
  test('calls each listener once, and none that has left', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('first'));
    onAbort(controller.signal, () => called.push('left'))();
    onAbort(controller.signal, () => called.push('last'));
    controller.abort();
    controller.abort();
    expect(called).toEqual(['first', 'last']);
  });

  test('goes on after the last listener has left', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const leave = onAbort(controller.signal, () => called.push('first'));
    leave();
    leave();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    onAbort(controller.signal, () => called.push('second'));
    leave();
    onAbort(controller.signal, () => called.push('third'));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(called).toEqual(['second', 'third']);
  });
});
