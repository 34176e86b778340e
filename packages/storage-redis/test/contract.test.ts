import { afterAll, beforeAll } from '@jest/globals';
import type { RedisOptions } from '@latchkey/storage-redis';
import { describeRedisStorage, encrypted, reversed, type Way } from './describe-redis-storage.js';
import { join } from 'node:path';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

async function wayTo({ url = '', ...options }: RedisOptions): Promise<Way> {
  const proxy = await Proxy.start(Number(new URL(url).port));
  return { options: { ...options, url: proxy.url(url) }, cut: () => proxy.refuse() };
}

const plain = (): Promise<Way> => wayTo({ url: server.url });
const secure = (): Promise<Way> => wayTo(server.secure);

const storageModule = join(import.meta.dirname, 'children/torture-storage.mjs');
describeRedisStorage('plain', plain, { storageModule, lease: 3 });
describeRedisStorage('TLS and an ACL user', secure);
describeRedisStorage('plain, with a codec', plain, { codec: reversed });
describeRedisStorage('TLS and an ACL user, encrypted', secure, { codec: encrypted });
