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

const calls: [string, (flow: ClientCredentialsFlow, signal: AbortSignal) => Promise<unknown>][] = [
  ['for tokens', (flow, signal) => flow.getAccessTokenRefreshIfNecessary({ signal })],
  ['by fetch', (flow, signal) => flow.fetch(api, { signal })],
  ['to renew', (flow, signal) => flow.refresh({ signal })],
];

describe('one signal of a thousand calls', () => {
  test.each(calls)(
    '%s has one listener of ours meanwhile, none afterwards, and brings no warning',
    async (_what, call) => {
      const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const { signal } = new AbortController();
      const flow = flowOf();
      const all = Array.from({ length: 1000 }, () => call(flow, signal));
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
      await Promise.all(all);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      expect(warned).not.toHaveBeenCalled();
      warned.mockRestore();
    },
  );
});

/** As the signals of abort-controller 3, which React Native has too: no reason, and no method of a later standard. */
class StandIn extends EventTarget {
  aborted = false;
  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }
}

describe('a stand-in for a signal', () => {
  test.each(calls)(
    'in a call %s serves, and ends it before and meanwhile with an error of its own',
    async (_what, call) => {
      const [standIn, late] = [new StandIn(), new StandIn()];
      const signal = standIn as unknown as AbortSignal;
      await call(flowOf(), signal);
      const left = call(flowOf(), signal);
      standIn.abort();
      await expect(left).rejects.toMatchObject({ name: 'AbortError' });
      late.abort();
      await expect(call(flowOf(), late as unknown as AbortSignal)).rejects.toMatchObject({ name: 'AbortError' });
    },
  );
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
