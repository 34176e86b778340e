// Wants a token for each of so many accounts at once, twice, until all are served, and tells what it took.
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { readdirSync } from 'node:fs';

const [issuer, storageModule, storageArguments, accounts, speed] = process.argv.slice(2);
const { createStorage } = await import(storageModule);
const storage = await createStorage(...JSON.parse(storageArguments));

const told = { served: 0, failures: {}, mostLocks: 0, mostDescriptors: 0, seconds: 0, tokens: [] };
let held = 0;
const look = () => {
  try {
    told.mostDescriptors = Math.max(told.mostDescriptors, readdirSync('/proc/self/fd').length);
  } catch ({ code }) {
    told.failures[code] = (told.failures[code] ?? 0) + 1;
  }
};
const counted = {
  id: storage.id,
  load: (key) => storage.load(key),
  save: (key, tokens, context) => storage.save(key, tokens, context),
  delete: (key, context) => storage.delete(key, context),
  withLock: (key, task, options) =>
    storage.withLock(
      key,
      async (lock) => {
        told.mostLocks = Math.max(told.mostLocks, ++held);
        look();
        try {
          return await task(lock);
        } finally {
          held--;
        }
      },
      options,
    ),
};

const start = Date.now();
const clock = {
  now: () => start + (Date.now() - start) * Number(speed),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / Number(speed))),
};
const flow = new DeviceCodeFlowSimple({
  server: { issuer, tokenEndpoint: `${issuer}/token`, deviceAuthorizationEndpoint: `${issuer}/device` },
  clientId: 'cli',
  clock,
  storage: counted,
});
const flows = Array.from({ length: Number(accounts) }, (_, index) => flow.withAccount(`account ${index}`));

async function untilServed(account, options) {
  for (;;) {
    try {
      return await account.getAccessTokenRefreshIfNecessary(options);
    } catch (error) {
      told.failures[error.code] = (told.failures[error.code] ?? 0) + 1;
      if (!error.retryable) return undefined;
      await clock.sleep(1000);
    }
  }
}

const began = performance.now();
const first = await Promise.all(flows.map((account) => untilServed(account)));
const second = await Promise.all(flows.map((account, index) => untilServed(account, { rejectedToken: first[index] })));
told.seconds = (performance.now() - began) / 1000;
told.served = second.filter((token, index) => token !== undefined && token !== first[index]).length;
told.tokens = second;
process.send(told, () => process.exit());
