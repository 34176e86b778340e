// Runs the programs that it is told of, each a class of flow and its options, and tells what each call brought.
import { createKeyv } from '@keyv/redis';
import * as core from '@latchkey/core';
import { RedisTokenStorage, redisLock } from '@latchkey/storage-redis';
import { createInterface } from 'node:readline';

const { url, kind } = JSON.parse(process.argv[2]);
const storages = {
  redis(prefix) {
    const storage = new RedisTokenStorage({ url, prefix });
    return { storage, close: () => storage.close() };
  },
  keyv(prefix) {
    const [keyv, lock] = [createKeyv(url, { namespace: prefix }), redisLock({ url, prefix })];
    const storage = new core.KeyvTokenStorage(keyv, { lock });
    return { storage, close: () => Promise.all([keyv.disconnect(), lock.close()]) };
  },
};
let running;

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { name, call, program, prefix } = JSON.parse(line);
  if (running?.name !== name) {
    void running?.close();
    const { storage, close } = storages[kind](prefix);
    running = { name, close, flow: new core[program.flow]({ ...program.options, storage }) };
  }
  const outcome = await running.flow.getAccessTokenRefreshIfNecessary().then(
    (token) => ({ token }),
    ({ code, remedy }) => ({ code, remedy }),
  );
  console.log(`${call} ${JSON.stringify(outcome)}`);
});
