/** @redis/client (node-redis' README, "Usage"): `createClient`, an error listener, `connect`. */
import { createClient } from '@redis/client';

/** A bare GET of a record that is not looked at further. */
export async function onRedis({ clientId }, url) {
  const redis = await createClient({ url })
    .on('error', (error) => console.error('Redis Client Error', error))
    .connect();
  return async () => JSON.parse(await redis.get(`bare:${clientId}`)).access_token;
}
