import { execFile } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type Sending, watchSending } from '../../dist/server/watch-sending.js';

const run = promisify(execFile);
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

test('what the call returns or throws is passed on', async () => {
  expect(await watchSending({}, token, async () => 5)).toBe(5);
  const throws = (): never => {
    throw new Error('as it is');
  };
  await expect(watchSending({}, token, throws)).rejects.toThrow('as it is');
});

describe('Whoever is watched', () => {
  // In a process of its own, since jest asks too. Node 20 and 22 note on a promise whom it belongs to while anybody asks.
  test('makes promises no dearer for the rest of the process when it is over, well or not', async () => {
    const program = `
      const { watchSending } = await import(process.argv[1]);
      const request = { method: 'POST', url: 'https://as.example/token' };
      const notes = () => Object.getOwnPropertySymbols(Promise.resolve()).length;
      const found = [];
      for (const settle of ['resolve', 'reject']) {
        await watchSending({}, request, () => Promise[settle]()).catch(() => undefined);
        await new Promise(setImmediate);
        found.push(notes());
      }
      console.log(JSON.stringify(found));`;
    const module = new URL('../../dist/server/watch-sending.js', import.meta.url).href;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, module]);
    expect(JSON.parse(stdout)).toEqual([0, 0]);
  });

  test('is watched on when another request ends', async () => {
    const [first, second]: Sending[] = [{}, {}];
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const long = watchSending(first!, token, async () => {
      await ended;
      new Told().sentHeaders();
    });
    await watchSending(second!, token, async () => undefined);
    end();
    await long;
    expect([first!.wasSent, second!.wasSent]).toEqual([true, undefined]);
  });
});
