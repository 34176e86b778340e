/** Takes the lock of a credential, says so, and holds it: `lock-holder.mjs <parameters>`. Ends by being killed. */
import process from 'node:process';
import { FileTokenStorage } from '@latchkey/storage-file';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { flowOnFile } from '../candidates/latchkey-file.mjs';
import { flowOnRedis } from '../candidates/latchkey-redis.mjs';

const { candidate, realm, place } = JSON.parse(process.argv[2]);
const locking = candidate === 'Latchkey, lock file' ? 'lockfile' : 'kernel';
const isRedis = candidate.endsWith('Redis');
const storage = isRedis ? new RedisTokenStorage({ url: place }) : new FileTokenStorage(place, { locking });
const { key } = isRedis ? flowOnRedis(realm, place).flow : flowOnFile(realm, place);
const forEver = () => {
  process.send('held');
  return new Promise(() => setInterval(() => {}, 60_000));
};
await storage.withLock(key, forEver, { signal: new AbortController().signal, timeout: 10 });
