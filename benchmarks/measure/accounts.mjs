/** Logins of many accounts of one flow, stored before a candidate begins. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The names of so many accounts. */
export function accountNames(count) {
  return Array.from({ length: count }, (_, index) => `account ${index}`);
}

/** The file of a key in a folder of `FileTokenStorage`, `perKey`. */
export function fileOfKey(folder, key) {
  return path.join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
}

/** Writes records, one file each, as `FileTokenStorage` would have left them with `perKey`. */
export function writeRecords(folder, keys, recordOf) {
  mkdirSync(folder, { mode: 0o700 });
  return keys.map((key) => {
    const file = fileOfKey(folder, key);
    writeFileSync(file, JSON.stringify(recordOf(key)), { mode: 0o600 });
    return file;
  });
}

/** Saves records in any other storage of ours, some at once. */
export async function saveRecords(storage, TokenSet, keys, recordOf) {
  const lock = { signal: new AbortController().signal };
  const left = [...keys];
  const lane = async () => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) {
      await storage.save(key, TokenSet.from(recordOf(key)), { reason: 'login', expected: undefined, lock });
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
}

/** The record of a login whose token has ended; its refresh token is good. */
export function endedRecord({ accessToken, refreshToken, lifetime }) {
  const start = Math.floor(Date.now() / 1000) - 2 * lifetime;
  const times = { issued_at: start, expires_at: start + lifetime };
  return (key) => ({
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    ...times,
    latchkey: { version: 1, key, kind: 'login', generation: 1 },
  });
}
