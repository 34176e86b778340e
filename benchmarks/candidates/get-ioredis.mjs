/** ioredis (README, "Basic Usage"): connects by itself, and a GET waits for that. */
import Redis from 'ioredis';

/** A bare GET of a record that is not looked at further. */
export function onRedis({ clientId }, url) {
  const redis = new Redis(url);
  return async () => JSON.parse(await redis.get(`bare:${clientId}`)).access_token;
}
