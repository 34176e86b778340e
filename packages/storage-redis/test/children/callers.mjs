// Loads once, waits for a line, then lets many callers ask for a token, and prints how that went.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, server, key, callers = 1, without } = JSON.parse(process.argv[2]);
const storage = new RedisTokenStorage(redis);
const lock =
  without === 'lock' ? { withLock: (_key, task) => task({ signal: new AbortController().signal }) } : undefined;
const flow = new DeviceCodeFlowSimple({
  server,
  clientId: 'cli',
  key,
  storage,
  lock,
  promptUser: () => Promise.reject(new Error('A login was started.')),
});
const ask = () =>
  flow.getAccessTokenRefreshIfNecessary().then(
    (token) => ({ token }),
    ({ name, code, retryable, message }) => ({ error: { name, code, retryable, message } }),
  );
console.log('ready');
process.stdin.once('data', async () => {
  const outcomes = await Promise.all(Array.from({ length: callers }, ask));
  console.log(`outcomes ${JSON.stringify(outcomes)}`);
  process.stdin.once('data', async () => {
    for (let n = 0; n < 1000; n++) await ask();
    console.log('warm');
    await storage.close();
    process.stdin.destroy();
  });
});
