import { isErrorLike } from '../errors/error-causes.js';
import { RecordUnreadableError, StorageUnavailableError } from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import { within } from '../platform/waiting.js';
import { assertGeneration } from '../tokens/generation.js';
import { programRecordLifetime } from '../tokens/record-owner.js';
import { recordSecrets } from '../tokens/record-secrets.js';
import type { TokenSet } from '../tokens/token-set.js';
import { readKeyv5Record, removeKeyv5Record } from './keyv-5-records.js';
import { fullKey, type KeyvBackend, type KeyvEntry } from './keyv-backend.js';
import { keysOf } from './keyv-keys.js';
import { rejectingOnReports } from './keyv-reports.js';
import { openRecord, type RecordCodec, sealRecord } from './record-codec.js';
import { readLogin } from './read-login.js';
import type { StoredLogin } from './stored-login.js';

/** What {@link KeyvRecords} works with; `timeout` in seconds for each operation. */
export interface KeyvPlace {
  readonly keyv: KeyvBackend;
  readonly codec: RecordCodec | undefined;
  readonly timeout: number;
}

/** Milliseconds. memcached takes more than 30 days for a time since 1970, and forgets the entry at once. */
const longestTtl = 30 * 86_400_000;

/** Records in a store of Keyv. Its methods are those of `KeyvTokenStorage`. */
export class KeyvRecords {
  readonly #place: KeyvPlace;

  constructor(place: KeyvPlace) {
    this.#place = place;
  }

  async load(key: string): Promise<TokenSet | undefined> {
    const entry = await this.#read(key);
    return entry && openRecord(entry.value, key, this.#place.codec);
  }

  async save(key: string, tokens: TokenSet, expected: number | undefined): Promise<void> {
    const { keyv, codec } = this.#place;
    if (expected !== undefined) assertGeneration(await this.load(key), expected);
    const record = await sealRecord(tokens, key, codec);
    const ttl = Math.min(programRecordLifetime(tokens, Date.now()) ?? 0, longestTtl);
    await this.#write(key, record, recordSecrets(tokens), ttl);
    // The new record hides it, so a failure does no harm; `delete` tries again.
    await this.#run('write', () => removeKeyv5Record(keyv, key)).catch(() => undefined);
  }

  async delete(key: string, expected: number | undefined): Promise<void> {
    const { keyv } = this.#place;
    if (expected !== undefined) {
      const stored = await this.load(key);
      if (!stored) return;
      assertGeneration(stored, expected);
    }
    await this.#run('write', () => removeKeyv5Record(keyv, key));
    await this.#run('write', () => keyv.delete(fullKey(keyv, key)));
    // Keyv answers false for "was not there" and for "did not work", and some adapters true for anything.
    if (await this.#read(key)) throw new StorageUnavailableError({ message: 'The tokens are still stored.' });
  }

  /** @throws StorageUnavailableError when the store takes no writes */
  async assertWritable(): Promise<void> {
    await this.#write('latchkey.writable', '1', [], 60_000);
  }

  async *list(names: AsyncIterator<string>): AsyncGenerator<StoredLogin, void> {
    const told = new Set<string>();
    for (;;) {
      const next: IteratorResult<string, unknown> = await this.#run('read', () => names.next());
      if (next.done) return;
      for (const key of keysOf(this.#place.keyv, next.value)) {
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
      return entry && (await readLogin(entry.value, key, this.#place.codec));
    } catch (error) {
      if (error instanceof RecordUnreadableError) return undefined; // somebody else's
      throw error;
    }
  }

  async #read(key: string): Promise<KeyvEntry | undefined> {
    const { keyv } = this.#place;
    const read = async () => (await keyv.getRaw(fullKey(keyv, key))) ?? readKeyv5Record(keyv, key);
    const raw = await this.#run('read', read);
    return typeof raw === 'string' ? { value: raw } : (raw ?? undefined);
  }

  /** A `ttl` of 0 means for ever; `undefined` would mean the instance's default. */
  async #write(key: string, value: string, secrets: readonly string[], ttl = 0): Promise<void> {
    const { keyv } = this.#place;
    const done = await this.#run('write', () => keyv.set(fullKey(keyv, key), value, ttl), secrets);
    if (!done) throw new StorageUnavailableError();
  }

  async #run<T>(what: 'read' | 'write', operation: () => Promise<T>, secrets: readonly string[] = []): Promise<T> {
    const { keyv, timeout } = this.#place;
    try {
      return await within(timeout, rejectingOnReports(keyv, operation));
    } catch (error) {
      // The text of a SyntaxError quotes what was stored.
      if (what === 'read' && isErrorLike(error) && error.name === 'SyntaxError') throw new RecordUnreadableError();
      throw new StorageUnavailableError({ cause: scrubError(error, secrets) });
    }
  }
}
