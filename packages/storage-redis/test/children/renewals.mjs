// Renews one login again and again, and others once each, spread over some seconds; prints how that went.
import { DeviceCodeFlow } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { redis, server, again, once, every, spread } = JSON.parse(process.argv[2]);
const storage = new RedisTokenStorage(redis);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const errors = {};
let renewed = 0;
let slowest = 0;

async function renew(key) {
  const promptUser = () => Promise.reject(new Error('A login was started.'));
  const flow = new DeviceCodeFlow({ server, clientId: 'cli', key, storage, promptUser });
  const began = performance.now();
  await flow.refresh().then(
    () => renewed++,
    ({ code, cause }) => {
      const name = `${code} ${cause?.code ?? cause?.cause?.code ?? ''}`.trim();
      errors[name] = (errors[name] ?? 0) + 1;
    },
  );
  slowest = Math.max(slowest, Math.round(performance.now() - began));
}

async function renewAgainAndAgain() {
  for (const end = performance.now() + spread + 2000; performance.now() < end; await pause(every)) await renew(again);
}

// Connected before anything happens.
await renew(again);
console.log('ready');
process.stdin.once('data', async () => {
  process.stdin.destroy();
  const later = once.map(async (key) => {
    await pause(Math.random() * spread);
    await renew(key);
  });
  await Promise.all([renewAgainAndAgain(), ...later]);
  await storage.close();
  console.log(`outcome ${JSON.stringify({ renewed, errors, slowest })}`);
});
