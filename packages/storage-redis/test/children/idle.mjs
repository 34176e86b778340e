// Uses a storage, keeps it open, and has nothing more to do.
import { TokenSet } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, waits, unanswered } = JSON.parse(process.argv[2]);
const storage = new RedisTokenStorage(redis);
const lock = { signal: new AbortController().signal };
const tokens = TokenSet.from({ access_token: 'a' }).withStamp({ key: 'k', generation: 1 });
await storage.load('k');
if (waits) {
  const options = { signal: lock.signal, timeout: 0.3 };
  await storage.withLock(
    'k',
    () => storage.withLock('k', async () => undefined, options).catch(() => undefined),
    options,
  );
}
if (unanswered) {
  console.log('saving');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.destroy();
  void storage.save('k', tokens, { reason: 'login', expected: undefined, lock }).then(() => console.log('saved'));
}
console.log('nothing more to do');
