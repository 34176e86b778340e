import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, DeviceCodeFlow, TokenSet, type TokenStorage } from '@latchkey/core';
import { lineOf, type Place } from '../../dist/platform/line.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const origin = 'https://as.example.org';
const client = { clientId: 'c', clientSecret: 's', key: 'k' };

/** A storage in which each account has a record of this kind, with an access token of 1 kB of its own. */
function storageOf(kind: string, times: { readonly issued_at: number; readonly expires_at: number }): TokenStorage {
  return {
    id: `records of ${kind}`,
    load: async (key) =>
      TokenSet.from({
        access_token: Buffer.from(key.padEnd(1000, 'x')).toString('latin1'),
        ...(kind === 'login' && { refresh_token: `r ${key}` }),
        token_type: 'bearer',
        ...times,
        latchkey: { version: 1, key, kind, generation: 1 },
      }),
    save: async () => undefined,
    delete: async () => undefined,
    withLock: (_key, task) => task({ signal: new AbortController().signal }),
  };
}

/** Bytes that each of 2,000 takes, when 500 were made before. */
async function bytesOfEach(make: (name: string) => Promise<unknown>): Promise<number> {
  const kept: unknown[] = [];
  const grow = async (to: number): Promise<number> => {
    while (kept.length < to) kept.push(await make(`account ${kept.length}`));
    collectGarbage();
    await new Promise(setImmediate); // what was looked at in a turn lives to its end
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = await grow(500);
  return ((await grow(2500)) - before) / 2000;
}

describe('The memory of an account', () => {
  const now = Math.floor(Date.now() / 1000);

  test('is 2.4 kB once it is warm, of which its token is 1 kB', async () => {
    const storage = storageOf('client_credentials', { issued_at: now, expires_at: now + 3600 });
    const flow = new ClientCredentialsFlow({ ...client, server: { tokenEndpoint: `${origin}/token` }, storage });
    const bytes = await bytesOfEach(async (name) => {
      const account = flow.withAccount(name);
      await account.getAccessTokenRefreshIfNecessary();
      return account;
    });
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(2400);
  });

  test('is 9.5 kB while it stands in line, with its token', async () => {
    const line = lineOf(origin);
    const places: Place[] = [];
    for (let place; (place = line.tryEnter({ seconds: 300, limit: () => 32 }));) places.push(place);
    const storage = storageOf('login', { issued_at: now - 7200, expires_at: now - 3600 });
    const refuse = async (): Promise<Response> => Response.json({ error: 'invalid_grant' }, { status: 400 });
    const server = { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` };
    const flow = new DeviceCodeFlow({ ...client, server, storage, fetch: refuse });
    const calls: Promise<unknown>[] = [];
    const bytes = await bytesOfEach(async (name) => {
      const account = flow.withAccount(name);
      calls.push(account.getAccessTokenRefreshIfNecessary().catch((error: unknown) => error));
      await new Promise(setImmediate);
      return account;
    });
    expect(bytes).toBeGreaterThan(3000);
    expect(bytes).toBeLessThan(9500);
    for (const place of places) place.leave();
    expect((await Promise.all(calls)).every((error) => error instanceof Error)).toBe(true);
  });
});

test('A flow with a place of its own knows its tokens on, though its parts are dropped', async () => {
  let loads = 0;
  class OwnPlace extends ClientCredentialsFlow {
    protected override async loadTokens(): Promise<TokenSet | undefined> {
      loads++;
      return undefined;
    }
    protected override async saveTokens(): Promise<void> {
      // what is saved is looked for by nobody
    }
  }
  const fetch = async (): Promise<Response> =>
    Response.json({ access_token: 'at', token_type: 'bearer', expires_in: 60 });
  const server = { tokenEndpoint: `${origin}/token` };
  const flow = new OwnPlace({ clientId: 'c', clientSecret: 's', server, fetch, lock: 'process' });
  await flow.getAccessTokenRefreshIfNecessary();
  const before = loads;
  expect(before).toBeGreaterThan(0);
  expect(await flow.getAccessTokenRefreshIfNecessary({ autoRefreshThreshold: 1 })).toBe('at');
  expect([flow.accessToken, loads]).toEqual(['at', before]);
});
