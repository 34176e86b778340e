/**
 * The bare mechanism on a file: one flight in the process, a lock file, a second look under it, one refresh, an atomic
 * write. What can be reached, not a product: no lease, no permissions, no errors, no durability.
 */
import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/** The token of a file. */
export function onFile({ origin, clientId, clientSecret }, path) {
  let known;
  let inFlight;
  const isFresh = (record) => record !== undefined && record.expires_at * 1000 - 60_000 > Date.now();
  const look = () => (known = JSON.parse(readFileSync(path, 'utf8')));
  const renew = async () => {
    if (isFresh(look())) return known.access_token;
    while (!tryLock(`${path}.bare`)) await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      if (isFresh(look())) return known.access_token;
      const { refresh_token } = known;
      const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token };
      const response = await fetch(`${origin}/token`, { method: 'POST', body: new URLSearchParams(form) });
      if (!response.ok) throw new Error(`refused: ${response.status}`);
      const { expires_in: seconds, ...answer } = await response.json();
      known = { ...known, ...answer, expires_at: Math.floor(Date.now() / 1000) + seconds };
      writeFileSync(`${path}.new`, JSON.stringify(known), { mode: 0o600 });
      renameSync(`${path}.new`, path);
      return known.access_token;
    } finally {
      unlinkSync(`${path}.bare`);
    }
  };
  return async () => {
    if (isFresh(known)) return known.access_token;
    return (inFlight ??= renew().finally(() => (inFlight = undefined)));
  };
}

/** Writes a record that others have left: OAuth's own names. */
export function seedFile({ accessToken, refreshToken, lifetime }, path, { ended }) {
  const start = Math.floor(Date.now() / 1000) - (ended ? 2 * lifetime : 0);
  const times = { issued_at: start, expires_at: start + lifetime };
  const record = { access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer', ...times };
  writeFileSync(path, JSON.stringify(record), { mode: 0o600 });
}

function tryLock(path) {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch {
    return false;
  }
}
