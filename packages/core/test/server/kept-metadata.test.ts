import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, DiscoveryError } from '@latchkey/core';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;
let asked: number;
let cacheControl: string | undefined;
let answer: ((url: string) => Promise<Response>) | undefined;

beforeEach(async () => {
  scene = await GrantScene.start();
  asked = 0;
  cacheControl = answer = undefined;
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Passes requests on, counts those for metadata, and answers these as a test says. */
const counting: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : input.toString();
  if (!url.includes('/.well-known/')) return fetch(input, init);
  asked++;
  const response = await (answer ?? fetch)(url);
  const headers = new Headers(response.headers);
  if (cacheControl !== undefined) headers.set('cache-control', cacheControl);
  return new Response(await response.text(), { status: response.status, headers });
};

function machine(): ClientCredentialsFlow {
  return new ClientCredentialsFlow({ ...scene.options(), clientSecret: 'machine-secret', fetch: counting });
}

/** Renews so many seconds later. */
async function renewAfter(flow: ClientCredentialsFlow, seconds: number): Promise<string> {
  await scene.clock.advance(seconds * 1000);
  return (await flow.refresh()).accessToken ?? '';
}

describe('metadata of the server', () => {
  test.each([
    ['a day when its answer does not say', undefined, 86_399, 1],
    ['as long as its answer says', 'public, max-age=3600, must-revalidate', 3599, 1],
    ['five minutes at least', 'no-cache, max-age=0', 299, 1],
    ['a day at most', 'max-age=31536000', 86_399, 1],
  ])('is kept for %s', async (_howLong, header, kept, longer) => {
    cacheControl = header;
    const flow = machine();
    await flow.getAccessTokenRefreshIfNecessary();
    await renewAfter(flow, kept);
    expect(asked).toBe(1);
    await renewAfter(flow, longer);
    expect(asked).toBe(2);
    await renewAfter(flow, 1);
    expect(asked).toBe(2);
  });

  test('is fetched once for all accounts that need it at the same time', async () => {
    const flow = machine();
    const all = ['a', 'b', 'c'].map((account) => flow.withAccount(account));
    for (const pause of [0, 90_000]) {
      await scene.clock.advance(pause * 1000);
      await Promise.all(
        all.map((account) => account.refresh().catch(() => account.getAccessTokenRefreshIfNecessary())),
      );
    }
    expect(asked).toBe(2);
  });

  test.each([
    ['the server is down', 1, () => Promise.reject(new TypeError('fetch failed'))],
    ['a page comes in place of both documents', 2, () => Promise.resolve(new Response('<html>', { status: 200 }))],
  ])('is used five minutes longer when %s', async (_what, documents, failing) => {
    const flow = machine();
    const first = await flow.getAccessTokenRefreshIfNecessary();
    answer = failing;
    expect(await renewAfter(flow, 86_400)).not.toBe(first);
    await renewAfter(flow, 299);
    expect(asked).toBe(1 + documents);
    answer = undefined;
    await renewAfter(flow, 1);
    expect(asked).toBe(2 + documents);
  });

  test('is asked for again at the next call when there was none', async () => {
    const flow = machine();
    answer = () => Promise.resolve(new Response('<html>', { status: 200 }));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(DiscoveryError);
    answer = undefined;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
  });
});
