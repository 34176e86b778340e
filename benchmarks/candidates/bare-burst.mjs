/**
 * The floor of a burst: a `fetch` for each of many accounts, so many at once, and what keeps its token: a Map; the durable
 * save of row 9; a script in Redis. No lock, no look at what is stored, no errors.
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

const atOnce = 32;

/** Resolves to a function that renews the token of an account. */
export async function burst(realm, { kind, place }) {
  const keep = await { memory: inMemory, file: () => inFolder(place), redis: () => inRedis(place) }[kind]();
  const { origin, clientId, clientSecret, refreshToken } = realm;
  const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret };
  const body = new URLSearchParams({ ...form, refresh_token: refreshToken }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const waiting = [];
  let busy = 0;
  return async (account) => {
    if (busy === atOnce) await new Promise((resolve) => waiting.push(resolve));
    else busy++;
    try {
      const response = await fetch(`${origin}/token`, { method: 'POST', headers, body });
      const { expires_in: seconds, ...answer } = await response.json();
      const record = { ...answer, refresh_token: refreshToken, expires_at: Math.floor(Date.now() / 1000) + seconds };
      await keep(account, record);
      return record.access_token;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}

function inMemory() {
  const records = new Map();
  return (account, record) => records.set(account, record);
}

function inFolder(folder) {
  return (account, record) => saveDurably(path.join(folder, `${account}.json`), JSON.stringify(record));
}

/** A temporary file, fsync, rename, fsync of the folder: the floor of row 9, which leaves the last out, too. */
export function saveDurably(file, text, { syncsFolder = true } = {}) {
  const temporary = openSync(`${file}.new`, 'wx', 0o600);
  writeSync(temporary, text);
  fsyncSync(temporary);
  closeSync(temporary);
  renameSync(`${file}.new`, file);
  if (!syncsFolder) return;
  const folder = openSync(path.dirname(file));
  fsyncSync(folder);
  closeSync(folder);
}

const script = `redis.call('set', KEYS[1], ARGV[1]) return 1`;

async function inRedis(url) {
  const { createClient } = await import('@redis/client');
  const redis = await createClient({ url }).connect();
  return (account, record) => redis.eval(script, { keys: [`bare:${account}`], arguments: [JSON.stringify(record)] });
}
