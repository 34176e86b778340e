import {
  type DeleteContext,
  type HeldLock,
  LockLostError,
  type LockOptions,
  type RecordCodec,
  RecordUnreadableError,
  type SaveContext,
  StorageConflictError,
  type StoredLogin,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { LeaseLock } from './lease/lease-lock.js';
import { isLease, type Lease } from './lease/redis-lease.js';
import { millisecondsToKeep } from './record-lifetime.js';
import { keyOf, namesOf, type RecordNames } from './record-names.js';
import { scanRecords } from './record-scan.js';
import { RecordText } from './record-text.js';
import type { RedisOptions } from './redis-options.js';
import { RedisPlace } from './redis-place.js';
import { confirmReplicas } from './replication.js';
import { deleteRecord } from './scripts/delete-record.js';
import { saveRecord } from './scripts/save-record.js';
import { evaluate } from './scripts/script.js';

/** Options of {@link RedisTokenStorage}. @group Redis */
export interface RedisTokenStorageOptions extends RedisOptions {
  /** Encrypts records: `encryption(keys)`. Set it where others read the store. @defaultValue plain JSON */
  readonly codec?: RecordCodec | undefined;
  /**
   * Seconds for which a refresh token lives, for servers that do not say so themselves by `refresh_expires_in` or
   * `refresh_token_expires_in`. A login's record is removed a day after that, and never because its access token has expired. Set it where logins that ended are to be forgotten.
   *
   * @defaultValue for ever
   */
  readonly refreshTokenLifetime?: number | undefined;
}

/**
 * Keeps tokens in Redis 6.2 or later, or Valkey, for many processes on many hosts. Records have the layout of Keyv:
 * `createKeyv(url, { namespace: prefix })` of `@keyv/redis` reads them. Each save and deletion compares what is stored
 * in one step with its write.
 *
 * Connections open when first needed and keep no process alive, save for what is under way. There is no queue: while
 * Redis is out of reach each call fails within `timeout`, and the first one after that works again.
 *
 * @example
 * ```ts
 * import { RedisTokenStorage } from '@latchkey/storage-redis';
 *
 * const storage = new RedisTokenStorage({
 *   url: 'rediss://app@redis.example.org:6379',
 *   prefix: 'shop',
 * });
 * ```
 * @group Redis
 */
export class RedisTokenStorage implements TokenStorage, AsyncDisposable {
  readonly #place: RedisPlace;
  readonly #lock: LeaseLock;
  readonly #text: RecordText;
  readonly #refreshTokenLifetime: number | undefined;
  readonly #firstLooks = new Map<string, Lease['stored']>();

  /** @throws TypeError for options that contradict each other, or a codec that is none. Does no I/O. */
  constructor({ codec, refreshTokenLifetime, ...redis }: RedisTokenStorageOptions) {
    this.#place = new RedisPlace(redis);
    this.#lock = new LeaseLock(this.#place);
    this.#text = new RecordText(codec);
    this.#refreshTokenLifetime = refreshTokenLifetime;
  }

  /** Endpoint, database and prefix; no user, no password. */
  get id(): string {
    return this.#place.id;
  }

  /**
   * Reads the record of `key`; `undefined` when there is none.
   *
   * @throws StorageUnavailableError when Redis cannot be asked, or holds something that is no record (then not
   * retryable); CredentialMismatchError when the record names another key.
   */
  load(key: string): Promise<TokenSet | undefined> {
    const { record } = this.#names(key);
    const known = this.#firstLooks.get(record);
    const text =
      known === undefined ? this.#place.run(record, ({ send }) => send(['GET', record])) : Promise.resolve(known);
    return text.then((text) => (text == null ? undefined : this.#text.parse(key, text)));
  }

  /**
   * Stores `tokens`. Saving the same token set once more succeeds, so a save whose answer was lost can be repeated.
   *
   * @throws StorageConflictError when the stored generation is not `context.expected`; LockLostError when the save is
   * under a lease of this place that has passed to somebody else; StorageUnavailableError, also when too few replicas
   * confirm it.
   */
  save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    return this.#place.finish(this.#save(key, tokens, context));
  }

  /**
   * Removes the record of `key`; resolves when there is none.
   *
   * @throws StorageConflictError, LockLostError, StorageUnavailableError as `save` does.
   */
  async delete(key: string, context: DeleteContext): Promise<void> {
    const names = this.#names(key);
    const values = [expected(context), this.#owner(names, context), names.channel, 'deleted'];
    await this.#write(names, deleteRecord, values, context);
  }

  /**
   * Lists who is logged in, by SCAN on each primary, for which the user of Redis needs `+scan`: for a person's question,
   * not for each request. While a cluster moves slots, a record on its way may be missed.
   *
   * @throws StorageUnavailableError
   */
  async *list(): AsyncGenerator<StoredLogin, void> {
    for await (const records of scanRecords(this.#place)) {
      const logins = await Promise.all(records.map((record) => this.#login(record)));
      for (const login of logins) if (login) yield login;
    }
  }

  /**
   * Runs a task while no other process of any host runs one for `key`. Fails before the task runs where a save would
   * fail: a replica, no memory, an ACL that forbids it.
   *
   * @throws LockTimeoutError after `options.timeout` seconds; StorageUnavailableError; what the task throws.
   */
  withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const { record } = this.#names(key);
    const lookFirst = (lease: Lease): Promise<T> => {
      // Taking the lock has read the record. That is worth a round trip, and good for this very moment only.
      this.#firstLooks.set(record, lease.stored);
      setImmediate(() => this.#firstLooks.delete(record));
      return task(lease);
    };
    return this.#lock.withLock(key, lookFirst, options);
  }

  /** Ends the connections, after what is under way. A later call opens them again. A given client stays open. */
  close(): Promise<void> {
    return this.#place.close();
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #login(record: string): Promise<StoredLogin | undefined> {
    const key = keyOf(this.#place.settings.prefix, record);
    const text = await this.#place.run(record, ({ send }) => send(['GET', record]));
    return typeof text === 'string' ? this.#text.login(key, text) : undefined;
  }

  async #save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    const names = this.#names(key);
    const text = await this.#text.format(key, tokens);
    const keep = millisecondsToKeep(tokens, this.#refreshTokenLifetime, Date.now());
    const values = [text, expected(context), this.#owner(names, context), keep === undefined ? '' : keep.toFixed()];
    await this.#write(names, saveRecord, [...values, names.channel, `saved ${tokens.generation ?? 0}`], context);
  }

  #names(key: string): RecordNames {
    return namesOf(this.#place.settings.prefix, key);
  }

  /** The owner to compare; empty when the lock is of another kind or place, whose holder Redis does not know. */
  #owner({ lock }: RecordNames, context: DeleteContext): string {
    return isLease(context.lock) && context.lock.covers(this.id, lock) ? context.lock.owner : '';
  }

  async #write(names: RecordNames, script: string, values: string[], context: DeleteContext): Promise<void> {
    const { settings } = this.#place;
    const command = evaluate(script, names, values);
    this.#firstLooks.delete(names.record);
    const [outcome, found] = await this.#place.run(names.record, async (primary) => {
      const answer = (await primary.send(command)) as [outcome: string, found?: string];
      if (answer[0] === 'saved' || answer[0] === 'deleted')
        await confirmReplicas(primary, settings.replicas, settings.timeout * 500);
      return answer;
    });
    if (outcome === 'conflict') throw new StorageConflictError({ expected: context.expected, found: Number(found) });
    if (outcome === 'corrupt') throw new RecordUnreadableError();
    if (outcome !== 'lost') return;
    if (isLease(context.lock)) context.lock.lose();
    throw new LockLostError();
  }
}

function expected({ expected }: DeleteContext): string {
  return expected === undefined ? '' : String(expected);
}
