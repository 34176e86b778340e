import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { join } from 'node:path';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { accounts, expectBurst } from '../../core/test/burst/expect-burst.js';
import { RedisServer } from './redis-server.js';

let server: RedisServer;
let storage: RedisTokenStorage;

beforeAll(async () => {
  server = await RedisServer.start();
  storage = new RedisTokenStorage({ url: server.url, prefix: 'burst' });
});
beforeEach(() => server.send('FLUSHALL'));
afterAll(async () => {
  await storage.close();
  await server.kill();
});

describe(`${accounts} logins in Redis that are due at once in a process with 256 descriptors`, () => {
  expectBurst(() => ({
    storage,
    storageModule: join(import.meta.dirname, 'children/burst-storage.mjs'),
    storageArguments: [server.url],
  }));
});
