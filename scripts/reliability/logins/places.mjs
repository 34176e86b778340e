/** Where the tokens of a run are. */
import { createRequire } from 'node:module';
import { KeyvTokenStorage, MemoryTokenStorage } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const { Keyv } = createRequire(new URL('../../../packages/core/package.json', import.meta.url))('keyv');

/**
 * Opens the storage of a kind, in a folder and a Redis; another process that opens `Files` or `Redis` finds the same.
 * `lease`: seconds until what a killed process has locked on Redis is free.
 */
export function openPlace({ kind, folder, redisUrl }, { lease } = {}) {
  if (kind === 'Files') return { storage: new FileTokenStorage(folder, { perKey: true }) };
  if (kind === 'Memory') return { storage: new MemoryTokenStorage() };
  if (kind === 'Keyv') return { storage: new KeyvTokenStorage(new Keyv(), { lock: 'process' }) };
  const storage = new RedisTokenStorage({ url: redisUrl, prefix: 'logins', lease });
  return { storage, close: () => storage.close() };
}
