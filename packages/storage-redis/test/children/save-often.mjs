// Saves a record so many times, and tells of each warning of Node.
import { TokenSet } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, saves } = JSON.parse(process.argv[2]);
process.on('warning', ({ message }) => console.log(message));
const storage = new RedisTokenStorage(redis);
const tokens = TokenSet.from({ access_token: 'a' }).withStamp({ key: 'k', generation: 1 });
const context = { reason: 'login', expected: undefined, lock: { signal: new AbortController().signal } };
for (let n = 0; n < saves; n++) await storage.save('k', tokens, context);
console.log('saved', saves);
