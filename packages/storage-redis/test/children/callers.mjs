// Waits for a line, then lets many callers ask for a token, and prints how that went. With `insist`, each asks again
// after an error that allows it.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, server, key, callers = 1, without, insist, through } = JSON.parse(process.argv[2]);
const { url, prefix } = redis;
const clients = {
  'node-redis 5': async () => (await import('@keyv/redis')).createClient({ url }),
  'node-redis 6': async () => (await import('redis-client-6')).createClient({ url }),
  'ioredis 5': async () => new (await import('ioredis')).Redis(url),
  'ioredis 6': async () => new (await import('ioredis6')).Redis(url),
  iovalkey: async () => new (await import('iovalkey')).Redis(url),
};
const client = through && (await clients[through]());
const storage = new RedisTokenStorage(client ? { client, prefix } : redis);
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
async function insisting() {
  for (const outcomes = []; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    outcomes.push(await ask());
    if (!insist || !outcomes.at(-1).error?.retryable) return outcomes;
  }
}
console.log('ready');
process.stdin.once('data', async () => {
  const outcomes = (await Promise.all(Array.from({ length: callers }, insisting))).flat();
  console.log(`outcomes ${JSON.stringify(outcomes)}`);
  process.stdin.once('data', async () => {
    for (let n = 0; n < 1000; n++) await ask();
    console.log('warm');
    await storage.close();
    process.stdin.destroy();
    if (client) process.exit(); // The client is ours.
  });
});
