// Opens Redis for the torture kit, with a lease short enough to run out while a process is frozen.
import { RedisTokenStorage } from '@latchkey/storage-redis';

export const createStorage = (url) => new RedisTokenStorage({ url, prefix: 'torture', lease: 1, timeout: 2 });
