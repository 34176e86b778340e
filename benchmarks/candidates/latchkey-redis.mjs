/** Latchkey on Redis: a login that a person has made, and `RedisTokenStorage` (docs/flows.md and its package's README). */
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

export { TokenSet } from '@latchkey/core';

/** A device flow with its tokens in Redis. */
export function onRedis(realm, url) {
  const { flow } = flowOnRedis(realm, url);
  return () => flow.getAccessTokenRefreshIfNecessary();
}

/** The flow itself, and its storage. */
export function flowOnRedis({ origin, clientId, clientSecret }, url, options = {}) {
  const storage = new RedisTokenStorage({ url });
  const server = { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` };
  return { storage, flow: new DeviceCodeFlowSimple({ server, clientId, clientSecret, storage, ...options }) };
}

/** Stores a token that has ended, or a fresh one, and its refresh token. */
export async function seedRedis(realm, url, { ended = true } = {}) {
  const { accessToken, refreshToken, lifetime } = realm;
  const { flow, storage } = flowOnRedis(realm, url);
  const start = Math.floor(Date.now() / 1000) - (ended ? 2 * lifetime : 0);
  const times = { issued_at: start, expires_at: start + lifetime };
  await flow.importTokens({ access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer', ...times });
  await storage.close();
}
