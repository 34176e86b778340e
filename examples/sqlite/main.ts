/** Prints a valid access token for each line it reads. Any number of these can share one SQLite file. */
import { createInterface } from 'node:readline';
import { createKeyv } from '@keyv/sqlite';
import { DeviceCodeFlow, KeyvTokenStorage, type Lock } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { redisLock } from '@latchkey/storage-redis';
import { endWhenSettled } from '../end-when-settled.js';

const { ISSUER: issuer, DATABASE: database, LOCK = 'file' } = process.env;
if (!issuer || !database) {
  console.error("Set ISSUER and DATABASE, and LOCK to 'file' (default), 'process' or a URL of Redis.");
  process.exit(2);
}

function lockFor(database: string): Lock | 'process' {
  if (LOCK === 'file') return fileLock(database);
  return LOCK === 'process' ? 'process' : redisLock({ url: LOCK });
}

endWhenSettled();
process.umask(0o077); // SQLite makes files that everybody may read
const keyv = createKeyv({ uri: `sqlite://${database}`, busyTimeout: 5000 });
const storage = new KeyvTokenStorage(keyv, { lock: lockFor(database) });
const flow = new DeviceCodeFlow({ issuer, clientId: 'my-cli', scope: 'offline_access', storage });
if (process.argv[2] === 'login') await flow.doFlow();

console.log('ready');
for await (const _line of createInterface(process.stdin)) {
  console.log(await flow.getAccessTokenRefreshIfNecessary().catch((error: unknown) => `refused: ${String(error)}`));
}
await keyv.disconnect();
