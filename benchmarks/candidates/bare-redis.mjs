/**
 * The bare mechanism on Redis: one flight in the process, `SET NX PX`, a second look under it, one refresh, a `SET`, a
 * compared delete. No renewal of the lease, no compare at the save, no errors.
 */
import { randomBytes } from 'node:crypto';

const release = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/** The token of a key. It loads the client and connects when it is first asked, as Latchkey does. */
export function onRedis({ origin, clientId, clientSecret }, url) {
  const [key, lock, owner] = [`bare:${clientId}`, `bare-lock:${clientId}`, randomBytes(16).toString('base64url')];
  let known;
  let inFlight;
  const isFresh = (record) => record !== undefined && record.expires_at * 1000 - 60_000 > Date.now();
  let redis;
  let connected;
  const connect = async () => {
    const { createClient } = await import('@redis/client');
    redis = createClient({ url });
    redis.unref();
    await redis.connect();
  };
  const look = async () => (known = JSON.parse(await redis.get(key)));
  const renew = async () => {
    await (connected ??= connect());
    if (isFresh(await look())) return known.access_token;
    while (!(await redis.set(lock, owner, { NX: true, PX: 10_000 }))) await new Promise((done) => setTimeout(done, 5));
    try {
      if (isFresh(await look())) return known.access_token;
      const { refresh_token } = known;
      const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token };
      const response = await fetch(`${origin}/token`, { method: 'POST', body: new URLSearchParams(form) });
      if (!response.ok) throw new Error(`refused: ${response.status}`);
      const { expires_in: seconds, ...answer } = await response.json();
      known = { ...known, ...answer, expires_at: Math.floor(Date.now() / 1000) + seconds };
      await redis.set(key, JSON.stringify(known));
      return known.access_token;
    } finally {
      await redis.eval(release, { keys: [lock], arguments: [owner] });
    }
  };
  return async () => {
    if (isFresh(known)) return known.access_token;
    return (inFlight ??= renew().finally(() => (inFlight = undefined)));
  };
}

/** Stores a token that has ended, or a fresh one, and its refresh token. */
export async function seedRedis({ clientId, accessToken, refreshToken, lifetime }, url, { ended = true } = {}) {
  const { createClient } = await import('@redis/client');
  const redis = await createClient({ url }).connect();
  const seconds = Math.floor(Date.now() / 1000) + lifetime;
  const record = { access_token: accessToken, refresh_token: refreshToken, expires_at: ended ? 2 : seconds };
  await redis.set(`bare:${clientId}`, JSON.stringify(record));
  redis.destroy();
}
