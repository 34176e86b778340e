import { isErrorLike } from '../errors/error-causes.js';
import { RecordUnreadableError, StorageUnavailableError } from '../errors/index.js';
import { assertGeneration } from '../tokens/generation.js';
import { fullKey, type KeyvBackend, type KeyvEntry, longestTtl, placeOf, rejectingOnReports } from './keyv-backend.js';
import { keysOf, namesIn } from './keyv-names.js';
import { readKeyv5Record, removeKeyv5Record } from './keyv-5-records.js';
import type { HeldLock, Lock, LockOptions } from './lock.js';
import { sharedProcessLock } from './process-lock.js';
import { openRecord, type RecordCodec, sealRecord } from './record-codec.js';
import { readLogin, type StoredLogin } from './stored-login.js';
import { scrubError } from '../errors/scrub.js';
import { recordSecrets } from '../tokens/record-secrets.js';
import { programRecordLifetime } from '../tokens/record-owner.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { DeleteContext, SaveContext, TokenStorage } from './token-storage.js';
import { within } from '../platform/waiting.js';

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
 * Outages are {@link StorageUnavailableError}, whatever `throwOnErrors` says; the instance's settings are left alone.
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
  readonly #keyv: KeyvBackend;
  readonly #lock: Lock | 'process';
  readonly #timeout: number;
  readonly #codec: RecordCodec | undefined;

  constructor(keyv: KeyvBackend, options: KeyvTokenStorageOptions) {
    checkArguments(keyv, options);
    this.id = options.id ?? placeOf(keyv);
    this.#keyv = keyv;
    this.#lock = options.lock;
    this.#timeout = options.timeout ?? 10;
    this.#codec = options.codec;
  }

  /**
   * Reads the record of `key`; `undefined` when there is none.
   *
   * @throws StorageUnavailableError when the store fails, RecordUnreadableError when it holds something that is no record;
   * CredentialMismatchError when the record names another credential.
   */
  async load(key: string): Promise<TokenSet | undefined> {
    const entry = await this.#read(key);
    return entry && openRecord(entry.value, key, this.#codec);
  }

  /**
   * Lists who is logged in, where the store can be gone through: a Map, and adapters with an `iterator`, such as those of
   * SQLite, PostgreSQL and Redis.
   *
   * @throws TypeError, at once, where it cannot; StorageUnavailableError when it fails
   */
  list(): AsyncGenerator<StoredLogin, void> {
    const names = namesIn(this.#keyv);
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
    if (context.expected !== undefined) assertGeneration(await this.load(key), context.expected);
    const record = await sealRecord(tokens, key, this.#codec);
    const ttl = Math.min(programRecordLifetime(tokens, Date.now()) ?? 0, longestTtl);
    await this.#write(fullKey(this.#keyv, key), record, recordSecrets(tokens), ttl);
    // The new record hides it, so a failure does no harm; `delete` tries again.
    await this.#run('write', () => removeKeyv5Record(this.#keyv, key)).catch(() => undefined);
  }

  /** Removes the record of `key`. @throws StorageConflictError, StorageUnavailableError as `save` does. */
  async delete(key: string, context: Pick<DeleteContext, 'expected'>): Promise<void> {
    if (context.expected !== undefined) {
      const stored = await this.load(key);
      if (!stored) return;
      assertGeneration(stored, context.expected);
    }
    await this.#run('write', () => removeKeyv5Record(this.#keyv, key));
    await this.#run('write', () => this.#keyv.delete(fullKey(this.#keyv, key)));
    // Keyv answers false for "was not there" and for "did not work", and some adapters true for anything.
    if (await this.#read(key)) throw new StorageUnavailableError({ message: 'The tokens are still stored.' });
  }

  /**
   * Runs one task at a time for `key`, as far as the `lock` option reaches, after a small write has shown that the
   * store takes writes: what is redeemed must be saved.
   *
   * @throws LockTimeoutError after `options.timeout` seconds; StorageUnavailableError when the store is read-only or
   * out of reach.
   */
  withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const probeFirst = async (lock: HeldLock): Promise<T> => {
      await this.#write(fullKey(this.#keyv, 'latchkey.writable'), '1', [], 60_000);
      return task(lock);
    };
    if (this.#lock !== 'process') return this.#lock.withLock(key, probeFirst, options);
    return sharedProcessLock('keyv').withLock(JSON.stringify([this.id, key]), probeFirst, options);
  }

  async *#list(names: AsyncIterator<string>): AsyncGenerator<StoredLogin, void> {
    const told = new Set<string>();
    for (;;) {
      const next: IteratorResult<string, unknown> = await this.#run('read', () => names.next());
      if (next.done) return;
      for (const key of keysOf(this.#keyv, next.value)) {
        const login = told.has(key) ? undefined : await this.#login(key);
        if (!login) continue;
        told.add(key);
        yield login;
      }
    }
  }

  async #login(key: string): Promise<StoredLogin | undefined> {
    try {
      const entry = await this.#read(key);
      return entry && (await readLogin(entry.value, key, this.#codec));
    } catch (error) {
      if (error instanceof RecordUnreadableError) return undefined; // somebody else's
      throw error;
    }
  }

  async #read(key: string): Promise<KeyvEntry | undefined> {
    const read = async () => (await this.#keyv.getRaw(fullKey(this.#keyv, key))) ?? readKeyv5Record(this.#keyv, key);
    const raw = await this.#run('read', read);
    return typeof raw === 'string' ? { value: raw } : (raw ?? undefined);
  }

  /** A `ttl` of 0 means for ever; `undefined` would mean the instance's default. */
  async #write(name: string, value: string, secrets: readonly string[], ttl = 0): Promise<void> {
    const done = await this.#run('write', () => this.#keyv.set(name, value, ttl), secrets);
    if (!done) throw new StorageUnavailableError();
  }

  async #run<T>(what: 'read' | 'write', operation: () => Promise<T>, secrets: readonly string[] = []): Promise<T> {
    try {
      return await within(this.#timeout, rejectingOnReports(this.#keyv, operation));
    } catch (error) {
      // The text of a SyntaxError quotes what was stored.
      if (what === 'read' && isErrorLike(error) && error.name === 'SyntaxError') throw new RecordUnreadableError();
      throw new StorageUnavailableError({ cause: scrubError(error, secrets) });
    }
  }
}

/** For those who call without types. */
function checkArguments(keyv?: Partial<KeyvBackend>, options?: Partial<KeyvTokenStorageOptions>): void {
  if (typeof keyv?.getRaw !== 'function') throw new TypeError('KeyvTokenStorage needs an instance of Keyv 5.6 or 6.');
  if (options?.lock !== 'process' && typeof options?.lock?.withLock !== 'function')
    throw new TypeError("KeyvTokenStorage needs a lock, or lock: 'process'.");
  if (options.codec && !('seal' in options.codec)) throw new TypeError('codec has no seal: give encryption(keys).');
}
