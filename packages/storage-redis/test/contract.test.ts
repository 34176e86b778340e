import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { describeTokenStorage } from '@latchkey/core/testing';
import { randomBytes } from 'node:crypto';
import { encryption, type RecordCodec } from '@latchkey/core';
import { type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { Proxy } from './proxy.js';
import { RedisServer } from './redis-server.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.kill());

/** Turns the text round, which shows that nothing reads what a codec has sealed. */
const reversed: RecordCodec = {
  seal: async (record) => [...record].reverse().join(''),
  open: async (text) => [...text].reverse().join(''),
};

const ways: Record<string, { of: () => RedisOptions; codec?: RecordCodec }> = {
  plain: { of: () => ({ url: server.url }) },
  'TLS and an ACL user': { of: () => server.secure },
  'plain, with a codec': { of: () => ({ url: server.url }), codec: reversed },
  'TLS and an ACL user, encrypted': {
    of: () => server.secure,
    codec: encryption([{ id: 'k1', secret: randomBytes(32) }]),
  },
};

let places = 0;
for (const [name, { of, codec }] of Object.entries(ways)) {
  const opened = new Map<RedisTokenStorage, { options: RedisOptions; proxy: Proxy; all: RedisTokenStorage[] }>();
  describeTokenStorage(
    `RedisTokenStorage, ${name}`,
    { describe, test },
    {
      async create() {
        const { url = '', ...options } = of();
        const proxy = await Proxy.start(Number(new URL(url).port));
        const own = { ...options, url: proxy.url(url), prefix: `latchkey${++places}`, timeout: 2 };
        const storage = new RedisTokenStorage({ ...own, codec });
        opened.set(storage, { options: own, proxy, all: [storage] });
        return storage;
      },
      async reopen(storage) {
        const place = opened.get(storage)!;
        const other = new RedisTokenStorage({ ...place.options, codec });
        place.all.push(other);
        return other;
      },
      async dispose(storage) {
        const place = opened.get(storage)!;
        await Promise.all(place.all.map((each) => each.close()));
        await place.proxy.refuse();
      },
      breakIt: (storage) => opened.get(storage)!.proxy.refuse(),
    },
  );
}
