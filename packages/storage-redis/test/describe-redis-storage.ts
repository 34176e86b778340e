import { describe as always, test } from '@jest/globals';
import { encryption, type RecordCodec } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { type RedisOptions, RedisTokenStorage } from '@latchkey/storage-redis';
import { randomBytes } from 'node:crypto';

/** A way to Redis that one test has for itself, and that can be cut. */
export interface Way {
  readonly options: RedisOptions;
  readonly cut: () => Promise<unknown>;
  /** Ends what was opened for it. */
  readonly end?: () => unknown;
}

/** Turns the text round, which shows that nothing reads what a codec has sealed. */
export const reversed: RecordCodec = {
  seal: async (record) => [...record].reverse().join(''),
  open: async (text) => [...text].reverse().join(''),
};

export const encrypted = encryption([{ id: 'k1', secret: randomBytes(32) }]);

let places = 0;

/** What differs from one such contract to the next. */
interface Choices {
  readonly codec?: RecordCodec | undefined;
  readonly describe?: (name: string, body: () => void) => void;
  /** For ways that are a URL alone. */
  readonly storageModule?: string;
  readonly lease?: number;
}

/** The contract of token storages, over a way of its own for each test, with a prefix of its own. */
export function describeRedisStorage(
  name: string,
  find: () => Promise<Way>,
  { codec, describe = always, storageModule, lease }: Choices = {},
): void {
  const opened = new Map<RedisTokenStorage, Way & { readonly all: RedisTokenStorage[] }>();
  const reopenWith = async (storage: RedisTokenStorage, codec?: RecordCodec): Promise<RedisTokenStorage> => {
    const { options, all } = opened.get(storage)!;
    const other = new RedisTokenStorage({ ...options, codec });
    all.push(other);
    return other;
  };
  describeTokenStorage(
    `RedisTokenStorage, ${name}`,
    { describe, test },
    {
      async create() {
        const way = await find();
        const { options } = way;
        const own = { ...options, prefix: `latchkey${++places}`, lease };
        const storage = new RedisTokenStorage({ ...own, codec });
        opened.set(storage, { ...way, options: own, all: [storage] });
        return storage;
      },
      reopen: (storage) => reopenWith(storage, codec),
      reopenWith,
      storageModule,
      lease,
      storageArguments(storage) {
        const { url = '', prefix = '' } = opened.get(storage)!.options;
        return [url, prefix];
      },
      async dispose(storage) {
        const { all, cut, end } = opened.get(storage)!;
        await Promise.all(all.map((each) => each.close()));
        await end?.();
        await cut();
      },
      async breakIt(storage) {
        await opened.get(storage)!.cut();
      },
    },
  );
}
