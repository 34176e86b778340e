import { channel } from 'node:diagnostics_channel';
import { describe, expect, test } from '@jest/globals';
import { type Sending, watchSending } from '../../dist/server/watch-sending.js';

const token = { method: 'POST', url: 'https://as.example/oauth/token?tenant=1' };

/** Says on undici's channels what becomes of a request. */
class Told {
  constructor(
    readonly method = 'POST',
    readonly path = '/oauth/token?tenant=1',
  ) {
    this.#publish('undici:request:create');
  }
  #publish(name: string): this {
    channel(name).publish({ request: this });
    return this;
  }
  sentHeaders = (): this => this.#publish('undici:client:sendHeaders');
  sentBody = (): this => this.#publish('undici:request:bodySent');
  gotHeaders = (): this => this.#publish('undici:request:headers');
}

/** What is known of a request, after what undici tells while it is made. */
async function knownAfter(tell: () => unknown): Promise<boolean | undefined> {
  const sending: Sending = {};
  await watchSending(sending, token, async () => {
    await Promise.resolve(); // fetch makes its request later
    tell();
  });
  return sending.wasSent;
}

describe('of a request is known', () => {
  test('nothing where the fetch tells nothing', async () => {
    expect(await knownAfter(() => undefined)).toBeUndefined();
  });

  test('that it was not sent, where it was only made', async () => {
    expect(await knownAfter(() => new Told())).toBe(false);
  });

  test.each(['sentHeaders', 'sentBody', 'gotHeaders'] as const)('that it was sent, where %s is told', async (step) => {
    expect(await knownAfter(() => new Told()[step]())).toBe(true);
  });

  test('that it was sent, where it is made a second time after that', async () => {
    expect(await knownAfter(() => [new Told().sentHeaders(), new Told()])).toBe(true);
  });

  test('that it was sent by a proxy that is given the whole URL', async () => {
    expect(await knownAfter(() => new Told('POST', token.url).sentHeaders())).toBe(true);
  });

  test.each([
    ['another method', 'GET', '/oauth/token?tenant=1'],
    ['another path', 'POST', '/elsewhere'],
    ['another query', 'POST', '/oauth/token'],
    ['a tunnel', 'CONNECT', 'as.example:443'],
  ])('nothing by a request with %s that is made on the way', async (_what, method, path) => {
    expect(await knownAfter(() => new Told(method, path).sentHeaders())).toBeUndefined();
    expect(await knownAfter(() => [new Told(), new Told(method, path).sentHeaders()])).toBe(false);
  });

  test('nothing by what is made outside of it', async () => {
    const sending: Sending = {};
    await watchSending(sending, token, () => Promise.resolve());
    new Told().sentHeaders();
    expect(sending.wasSent).toBeUndefined();
  });
});

test('what the call returns or throws is passed on', () => {
  expect(watchSending({}, token, () => 5)).toBe(5);
  expect(() =>
    watchSending({}, token, () => {
      throw new Error('as it is');
    }),
  ).toThrow('as it is');
});
