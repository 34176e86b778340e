import {
  type DeleteContext,
  type HeldLock,
  LockLostError,
  type LockOptions,
  LockTimeoutError,
  openRecord,
  readLogin,
  type RecordCodec,
  type SaveContext,
  sealRecord,
  StorageConflictError,
  StorageUnavailableError,
  type StoredLogin,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { Lease } from './lease.js';

/** A database as it is used here. */
export interface Database {
  /** The same for all who reach the same table. */
  readonly id: string;
  /** What time it is for the database, in whole ms since 1970, as SQL: the clocks of its clients differ. */
  readonly now: string;
  /** Runs a statement, as a transaction of its own, with `$1`, `$2` and so on for its values. Rejects when it takes too long. */
  query(sql: string, values: readonly Value[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export type Value = string | number | null;

/** To be run once, by whoever may create tables. A row is for a credential: its record, and the lease on it. */
export const schema = `CREATE TABLE IF NOT EXISTS latchkey_tokens (
  key text PRIMARY KEY, record text, generation bigint NOT NULL, owner text, free_at bigint NOT NULL)`;

/**
 * Keeps tokens in a table of SQLite or PostgreSQL. The lock is a lease in the row of the credential, and a save compares owner
 * and generation in one step with its write: no connection is held while a server answers, and who was frozen for longer than
 * the lease overwrites nothing.
 */
export class DatabaseTokenStorage implements TokenStorage {
  readonly #database: Database;
  readonly #lease: number;
  readonly #codec: RecordCodec | undefined;
  /** A save whose answer was lost is tried again with the same text; a codec would make another one. */
  readonly #texts = new WeakMap<TokenSet, { readonly key: string; readonly text: Promise<string> }>();

  /** `lease` in seconds: a lock is free so long after its holder has died. A living one renews it every third of that. */
  constructor(database: Database, { lease = 10, codec }: { lease?: number; codec?: RecordCodec | undefined } = {}) {
    this.#database = database;
    if (!(lease > 0 && lease <= 3600)) throw new TypeError('lease must be in seconds, above 0 and up to 3600.');
    this.#lease = lease;
    this.#codec = codec;
  }

  get id(): string {
    return this.#database.id;
  }

  async load(key: string): Promise<TokenSet | undefined> {
    const { record } = (await this.#find(key)) ?? {};
    return typeof record === 'string' ? openRecord(record, key, this.#codec) : undefined;
  }

  async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    const known = this.#texts.get(tokens);
    const text = known?.key === key ? known.text : sealRecord(tokens, key, this.#codec);
    this.#texts.set(tokens, { key, text });
    text.catch(() => this.#texts.delete(tokens)); // a codec that failed is asked again
    await this.#write(key, await text, tokens.generation ?? 0, context);
  }

  async delete(key: string, context: DeleteContext): Promise<void> {
    const { record } = (await this.#find(key)) ?? {};
    if (typeof record === 'string') await this.#write(key, null, 0, context);
    await this.#sweep(key);
  }

  async *list(): AsyncGenerator<StoredLogin, void> {
    const page = 'SELECT key, record FROM latchkey_tokens WHERE key > $1 ORDER BY key LIMIT 500';
    for (let rows = await this.#query(page, ['']); rows.length > 0;) {
      for (const { key, record } of rows) {
        const login = await readLogin(record, String(key), this.#codec);
        if (login) yield login;
      }
      rows = await this.#query(page, [String(rows.at(-1)?.['key'])]);
    }
  }

  async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const { signal, timeout, onRelease } = options;
    signal.throwIfAborted();
    const lease = new Lease(this.id, key, this.#lease);
    const end = performance.now() + timeout * 1000;
    try {
      while (!(await lease.take(this.#take))) {
        if (performance.now() >= end) throw new LockTimeoutError();
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 130));
        await onRelease?.();
        signal.throwIfAborted();
      }
      return await lease.hold(this.#renew, task);
    } finally {
      await this.#release(lease).catch(() => undefined); // it ends by itself then
    }
  }

  /** Takes a lease that is free. */
  readonly #take = async ({ key, owner, milliseconds }: Lease): Promise<boolean> => {
    const { now } = this.#database;
    const taken = await this.#query(
      `INSERT INTO latchkey_tokens AS held (key, generation, owner, free_at) VALUES ($1, 0, $2, ${now} + $3)
       ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, free_at = excluded.free_at
       WHERE held.owner IS NULL OR held.free_at <= ${now} RETURNING key`,
      [key, owner, milliseconds],
    );
    return taken.length > 0;
  };

  readonly #renew = async ({ key, owner, milliseconds }: Lease): Promise<boolean> => {
    const renewal = `UPDATE latchkey_tokens SET free_at = ${this.#database.now} + $3 WHERE key = $1 AND owner = $2 RETURNING key`;
    return (await this.#query(renewal, [key, owner, milliseconds])).length > 0;
  };

  async #release({ key, owner }: Lease): Promise<void> {
    await this.#query('UPDATE latchkey_tokens SET owner = NULL WHERE key = $1 AND owner = $2', [key, owner]);
    await this.#sweep(key);
  }

  async #write(key: string, record: string | null, generation: number, context: DeleteContext): Promise<void> {
    const { lock, expected } = context;
    const lease = lock instanceof Lease && lock.place === this.id && lock.key === key ? lock : undefined;
    const empty =
      'INSERT INTO latchkey_tokens (key, generation, free_at) VALUES ($1, 0, 0) ON CONFLICT (key) DO NOTHING';
    if (!lease) await this.#query(empty, [key]);
    const written = await this.#query(
      `UPDATE latchkey_tokens SET record = $2, generation = $3 WHERE key = $1
         AND (CAST($4 AS bigint) IS NULL OR generation = CAST($4 AS bigint) OR record = $2)
         AND (CAST($5 AS text) IS NULL OR owner = CAST($5 AS text)) RETURNING key`,
      [key, record, generation, expected ?? null, lease?.owner ?? null],
    );
    if (written.length > 0) return;
    const found = await this.#find(key);
    if (lease && found?.['owner'] !== lease.owner) {
      lease.lose();
      throw new LockLostError();
    }
    if (!found) return this.#write(key, record, generation, context); // swept meanwhile
    throw new StorageConflictError({ expected, found: Number(found['generation']) });
  }

  async #find(key: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const [row] = await this.#query('SELECT record, generation, owner FROM latchkey_tokens WHERE key = $1', [key]);
    return row;
  }

  /** Removes a row with neither record nor lease. */
  async #sweep(key: string): Promise<void> {
    await this.#query('DELETE FROM latchkey_tokens WHERE key = $1 AND record IS NULL AND owner IS NULL', [key]);
  }

  async #query(sql: string, values: readonly Value[]): ReturnType<Database['query']> {
    try {
      return await this.#database.query(sql, values);
    } catch (error) {
      // What a database says may quote what it was given, so its code has to do.
      const { code, errcode = code } = Object(error) as { code?: unknown; errcode?: unknown };
      const isWithoutTable = errcode === '42P01' || errcode === 1; // undefined_table; SQLITE_ERROR
      const advice = isWithoutTable && { remedy: 'Make the table once, by `schema`: is it there?' };
      throw new StorageUnavailableError({ ...advice, cause: new Error(`The database said ${String(errcode)}.`) });
    }
  }
}
