// Waits for a line, then lets many callers ask for a token, and prints how that went. With `insist`, each asks again
// after an error that allows it.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, server, key, callers = 1, without, insist } = JSON.parse(process.argv[2]);
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
  });
});
