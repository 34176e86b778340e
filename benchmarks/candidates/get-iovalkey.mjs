/** iovalkey (README, "Basic Usage"): as ioredis, of which it is a fork. */
import Redis from 'iovalkey';

/** A bare GET of a record that is not looked at further. */
export function onRedis({ clientId }, url) {
  const redis = new Redis(url);
  return async () => JSON.parse(await redis.get(`bare:${clientId}`)).access_token;
}
