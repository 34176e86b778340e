import { lazyPart } from '../platform/lazy-part.js';
import type { TokenSet } from '../tokens/token-set.js';
import { type KeyvBackend, placeOf } from './keyv-backend.js';
import { namesIn } from './keyv-names.js';
import type { KeyvPlace, KeyvRecords } from './keyv-records.js';
import type { HeldLock, Lock, LockOptions } from './lock.js';
import { sharedProcessLock } from './process-lock.js';
import { assertCodec, type RecordCodec } from './record-codec.js';
import type { StoredLogin } from './stored-login.js';
import type { DeleteContext, SaveContext, TokenStorage } from './token-storage.js';

/** What reads and writes, which programs with another storage do without. */
const loadKeyvRecords = lazyPart(() => import('./keyv-records.js'));

/** Options of {@link KeyvTokenStorage}. @group Storages */
export interface KeyvTokenStorageOptions {
  /**
   * What keeps two tasks from renewing one credential. `'process'` excludes within this process only; give
   * `fileLock(…)`, `redisLock(…)` or a lock of your own when other processes use the same store.
   */
  readonly lock: Lock | 'process';
  /**
   * Names the place, so that flows on two storages of one place share their work. Rarely needed.
   * @defaultValue one name for each store and namespace in this process
   */
  readonly id?: string | undefined;
  /**
   * Seconds after which an operation counts as failed. Rarely needed: a write that the store gets done later all the
   * same can undo a newer one, which Keyv cannot withdraw. @defaultValue 10
   */
  readonly timeout?: number | undefined;
  /** Encrypts records at rest: `encryption(keys)`. Set it where others read the store. @defaultValue plain JSON */
  readonly codec?: RecordCodec | undefined;
}

/**
 * Keeps tokens in any store of Keyv 5.6 or 6. Keyv cannot compare and write in one step: the comparison with
 * `context.expected` is sound only under a lock that all writers share, which is why `lock` has no default.
 *
 * Outages are `StorageUnavailableError`, whatever `throwOnErrors` says; the instance's settings are left alone.
 * An adapter that neither throws, nor emits `error`, nor answers `false` cannot be caught out. The record of a program is
 * kept until a day after its access token has ended, and for 30 days at most; a login for ever. The instance's own `ttl` is
 * not applied, since a refresh token outlives every access token.
 *
 * What was stored by way of Keyv 5 is found by way of Keyv 6, and moves to where Keyv 6 keeps it with the next save.
 *
 * @example
 * ```ts
 * import { KeyvTokenStorage } from '@latchkey/core';
 * import { fileLock } from '@latchkey/storage-file';
 * import { createKeyv } from '@keyv/sqlite';
 *
 * const keyv = createKeyv('sqlite:///var/lib/my-service/tokens.sqlite');
 * const lock = fileLock('/var/lib/my-service/tokens.sqlite');
 * const storage = new KeyvTokenStorage(keyv, { lock });
 * ```
 * @group Storages
 */
export class KeyvTokenStorage implements TokenStorage {
  readonly id: string;
  readonly #place: KeyvPlace;
  readonly #lock: Lock | 'process';

  constructor(keyv: KeyvBackend, options: KeyvTokenStorageOptions) {
    checkArguments(keyv, options);
    this.id = options.id ?? placeOf(keyv);
    this.#place = { keyv, codec: options.codec, timeout: options.timeout ?? 10 };
    this.#lock = options.lock;
  }

  /**
   * Reads the record of `key`; `undefined` when there is none.
   *
   * @throws StorageUnavailableError when the store fails, RecordUnreadableError when it holds something that is no record;
   * CredentialMismatchError when the record names another credential.
   */
  async load(key: string): Promise<TokenSet | undefined> {
    return (await this.#records()).load(key);
  }

  /**
   * Lists who is logged in, where the store can be gone through: a Map, and adapters with an `iterator`, such as those of
   * SQLite, PostgreSQL and Redis.
   *
   * @throws TypeError, at once, where it cannot; StorageUnavailableError when it fails
   */
  list(): AsyncGenerator<StoredLogin, void> {
    const names = namesIn(this.#place.keyv);
    if (!names) throw new TypeError('The store behind this Keyv has no iterator, so its records cannot be listed.');
    return this.#list(names);
  }

  /**
   * Stores `tokens`.
   *
   * @throws StorageConflictError when the stored generation is not `context.expected`; StorageUnavailableError when
   * the store fails.
   */
  async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    await (await this.#records()).save(key, tokens, context.expected);
  }

  /** Removes the record of `key`. @throws StorageConflictError, StorageUnavailableError as `save` does. */
  async delete(key: string, context: Pick<DeleteContext, 'expected'>): Promise<void> {
    await (await this.#records()).delete(key, context.expected);
  }

  /**
   * Runs one task at a time for `key`, as far as the `lock` option reaches, after a small write has shown that the
   * store takes writes: what is redeemed must be saved.
   *
   * @throws LockTimeoutError after `options.timeout` seconds; StorageUnavailableError when the store is read-only or
   * out of reach.
   */
  async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const records = await this.#records();
    const probeFirst = async (lock: HeldLock): Promise<T> => {
      await records.assertWritable();
      return task(lock);
    };
    if (this.#lock !== 'process') return this.#lock.withLock(key, probeFirst, options);
    return sharedProcessLock('keyv').withLock(JSON.stringify([this.id, key]), probeFirst, options);
  }

  async *#list(names: AsyncIterator<string>): AsyncGenerator<StoredLogin, void> {
    yield* (await this.#records()).list(names);
  }

  /** A save never has to load this first: its lock has been held, or the record was looked for. */
  async #records(): Promise<KeyvRecords> {
    const { KeyvRecords } = await loadKeyvRecords();
    return new KeyvRecords(this.#place);
  }
}

/** For those who call without types. */
function checkArguments(keyv?: Partial<KeyvBackend>, options?: Partial<KeyvTokenStorageOptions>): void {
  if (typeof keyv?.getRaw !== 'function') throw new TypeError('KeyvTokenStorage needs an instance of Keyv 5.6 or 6.');
  if (options?.lock !== 'process' && typeof options?.lock?.withLock !== 'function')
    throw new TypeError("KeyvTokenStorage needs a lock, or lock: 'process'.");
  assertCodec(options.codec);
}
