// Opens Redis for the torture kit and the contract, with a lease short enough to run out while a process is frozen.
import { RedisTokenStorage } from '@latchkey/storage-redis';

export const createStorage = (url, prefix = 'torture') => new RedisTokenStorage({ url, prefix, lease: 1, timeout: 2 });
