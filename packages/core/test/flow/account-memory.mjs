/**
 * Tells the bytes of an account, by the growth of a heap in which nothing else lives: `account-memory.mjs warm` with its
 * token, `account-memory.mjs line` while it stands in line. Run with `--expose-gc`.
 */
import { ClientCredentialsFlow, DeviceCodeFlow, TokenSet } from '@latchkey/core';
import process from 'node:process';
import { lineOf } from '../../dist/platform/line.js';

const origin = 'https://as.example.org';
const client = { clientId: 'c', clientSecret: 's', key: 'k' };
const now = Math.floor(Date.now() / 1000);

/** A storage in which each account has a record of this kind, with an access token of 1 kB of its own. */
const storageOf = (kind, times) => ({
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
});

/** Bytes that each of 2,000 takes, when 500 were made before. */
async function bytesOfEach(make) {
  const kept = [];
  const grow = async (to) => {
    while (kept.length < to) kept.push(await make(`account ${kept.length}`));
    globalThis.gc();
    await new Promise(setImmediate); // what was looked at in a turn lives to its end
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = await grow(500);
  return ((await grow(2500)) - before) / 2000;
}

async function warm() {
  const storage = storageOf('client_credentials', { issued_at: now, expires_at: now + 3600 });
  const flow = new ClientCredentialsFlow({ ...client, server: { tokenEndpoint: `${origin}/token` }, storage });
  return bytesOfEach(async (name) => {
    const account = flow.withAccount(name);
    await account.getAccessTokenRefreshIfNecessary();
    return account;
  });
}

async function line() {
  const places = [];
  const own = lineOf(origin);
  for (let place; (place = own.tryEnter({ seconds: 300, limit: () => 32 }));) places.push(place);
  const storage = storageOf('login', { issued_at: now - 7200, expires_at: now - 3600 });
  const fetch = async () => Response.json({ error: 'invalid_grant' }, { status: 400 });
  const server = { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` };
  const flow = new DeviceCodeFlow({ ...client, server, storage, fetch });
  const calls = [];
  const bytes = await bytesOfEach(async (name) => {
    const account = flow.withAccount(name);
    calls.push(account.getAccessTokenRefreshIfNecessary().catch((error) => error));
    await new Promise(setImmediate);
    return account;
  });
  for (const place of places) place.leave();
  if (!(await Promise.all(calls)).every((error) => error instanceof Error))
    throw new Error('Some did not stand in line.');
  return bytes;
}

console.log(await { warm, line }[process.argv[2]]());
