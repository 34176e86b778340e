// Opens Redis for the many accounts of one process.
import { RedisTokenStorage } from '@latchkey/storage-redis';

export const createStorage = (url) => new RedisTokenStorage({ url, prefix: 'burst' });
