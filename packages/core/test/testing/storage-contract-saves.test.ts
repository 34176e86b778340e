import { expect, test } from '@jest/globals';
import {
  type HeldLock,
  type LockOptions,
  MemoryTokenStorage,
  type SaveContext,
  StorageUnavailableError,
  type StoredLogin,
  TokenSet,
} from '@latchkey/core';
import { failuresOf } from './run-storage-contract.js';

/** As where the lock is a transaction, and a save a part of it. */
class InATransaction extends MemoryTokenStorage {
  readonly #open = new WeakMap<HeldLock, (() => Promise<void>)[]>();
  override withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const run = async (lock: HeldLock): Promise<T> => {
      const saves: (() => Promise<void>)[] = [];
      this.#open.set(lock, saves);
      const result = await task(lock);
      for (const save of saves) await save();
      return result;
    };
    return super.withLock(key, run, options);
  }
  override async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    const save = (): Promise<void> => super.save(key, tokens, context);
    const saves = this.#open.get(context.lock);
    if (saves) saves.push(save);
    else await save();
  }
}

/** As a table whose columns are NOT NULL. */
class BothTokens extends MemoryTokenStorage {
  override async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    if (!tokens.accessToken || !tokens.refreshToken) throw new StorageUnavailableError();
    return super.save(key, tokens, context);
  }
}

class RebuildsTheStamp extends MemoryTokenStorage {
  override save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    const { version, generation, ...stamp } = { ...tokens.stamp };
    const latchkey = { version, generation, key: stamp.key, kind: stamp.kind, account: stamp.account };
    return super.save(key, TokenSet.from({ ...tokens.toJSON(), latchkey }), context);
  }
}

/** As GET_LOCK of MySQL. */
class ShortLockNames extends MemoryTokenStorage {
  override async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    if (key.length > 64) throw new StorageUnavailableError();
    return super.withLock(key, task, options);
  }
}

/** As where a key stands in a query without being encoded. */
class CutAtAmpersand extends MemoryTokenStorage {
  override load(key: string): Promise<TokenSet | undefined> {
    return super.load(key.split('&')[0] ?? '');
  }
  override save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    return super.save(key.split('&')[0] ?? '', tokens, context);
  }
  override delete(key: string, context: SaveContext): Promise<void> {
    return super.delete(key.split('&')[0] ?? '', context);
  }
}

class OnePage extends MemoryTokenStorage {
  override async *list(): AsyncGenerator<StoredLogin, void> {
    let left = 25;
    for await (const login of super.list()) if (left-- > 0) yield login;
  }
}

const together = 'keeps what was saved under the lock: for others at once, and though the task fails then';
const [program, given, unread, client] = [
  'keeps an access token alone, as of a program',
  'keeps a refresh token alone, as one that was given',
  'keeps tokens with their key, and an answer that nobody could read',
  'keeps a registered client, and no token',
];

test.each([
  ['makes a save part of a transaction that ends with the lock', InATransaction, [together]],
  ['wants both tokens', BothTokens, [program, given, client]],
  ['keeps a part of the stamp', RebuildsTheStamp, ['gives every field back, known or not', unread]],
  ['has short names of locks', ShortLockNames, ['keeps awkward keys apart', together]],
  ['cuts keys at an ampersand', CutAtAmpersand, ['keeps awkward keys apart']],
  ['lists one page', OnePage, ['saves for fifty credentials whose locks are asked for at once']],
])('a storage that %s is told so', async (_what, Storage, titles) => {
  expect(await failuresOf(Storage)).toEqual(expect.arrayContaining(titles));
});
