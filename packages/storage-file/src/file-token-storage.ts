import {
  assertGeneration,
  CredentialMismatchError,
  type DeleteContext,
  type HeldLock,
  LockLostError,
  type LockOptions,
  type RecordCodec,
  RecordUnreadableError,
  type SaveContext,
  sealRecord,
  StorageConflictError,
  type StoredLogin,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { type Stats, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { patiently, writeAtomically } from './file/atomic-write.js';
import { reportCorrupt, setAside } from './file/corrupt-file.js';
import { syncFolder, turnToRead } from './file/disk-calls.js';
import type { FileTokenStorageOptions } from './file-token-storage-options.js';
import { type Locking, parseLocking } from './lock/locking-kind.js';
import { withFileLock } from './lock/locking.js';
import { makePrivateFolder } from './file/private-folder.js';
import { probeSave } from './file/save-probe.js';
import { codeOf, storageFault } from './file/storage-fault.js';
import { type FilePlace, parsePlace, realFolder, tokenFileOf } from './file/token-file-path.js';
import { loadRecord } from './file/record-file.js';
import { fileOfKeyIn, loginIn, recordFilesIn } from './file/record-files.js';

/**
 * Keeps tokens in a private file: 0600, replaced as a whole and durably, never through a symbolic link.
 *
 * The place is `{ file }`, or `{ folder }` for `sso_tokens.json` inside; a bare path is the folder that exists there or that ends
 * in a separator, else the file. Missing folders are created 0700. Beside the file stands its lock, with `.lock` behind the name, and where
 * that is a lock file, a folder with `.lockfile` behind it. A file keeps its owner when root saves it.
 *
 * A file that others could read is narrowed to 0600. A file that is no token record counts as none, and a save moves it
 * aside as `….corrupt-…`. Each brings one process warning. Tested on Linux; written for macOS and Windows too.
 *
 * @example
 * ```ts
 * import { FileTokenStorage } from '@latchkey/storage-file';
 *
 * const storage = new FileTokenStorage({ file: './tokens.json' });
 * ```
 * @group Files
 */
export class FileTokenStorage implements TokenStorage {
  readonly #perKey: boolean;
  readonly #locking: Locking;
  readonly #codec: RecordCodec | undefined;
  readonly #idNow: () => string;
  #fileOfKey: ((key: string) => string) | undefined;

  /**
   * Does no I/O.
   *
   * @throws TypeError for an empty path, one that begins with `~`, a `file` that ends in a separator or has `perKey`, another kind
   * of locking, or a codec that is none
   */
  constructor(place: string | FilePlace, options: FileTokenStorageOptions = {}) {
    const parsed = parsePlace(place);
    this.#perKey = options.perKey ?? false;
    if (this.#perKey && parsed.kind === 'file') throw new TypeError('perKey needs a folder: give folder, not file.');
    this.#locking = parseLocking(options.locking);
    this.#codec = options.codec;
    if (this.#codec && (['seal', 'open'] as const).some((name) => typeof options.codec?.[name] !== 'function'))
      throw new TypeError('codec must have seal and open: give encryption(keys).');
    let folder: string | undefined;
    this.#idNow = this.#perKey ? () => (folder ??= realFolder(parsed.path)) : tokenFileOf(parsed);
  }

  /** Real path of the file, or of the folder with `perKey`; the same for each spelling of it. */
  get id(): string {
    return this.#idNow();
  }

  /** Whether there is one file for all keys: without `perKey`. */
  get isOneRecord(): boolean {
    return !this.#perKey;
  }

  /**
   * Reads the record of `key`; `undefined` when there is none. A record without a key is taken for this one's.
   *
   * @throws CredentialMismatchError when the file holds the record of another key; RecordUnreadableError when it is
   * sealed and cannot be opened; StorageUnavailableError.
   */
  async load(key: string): Promise<TokenSet | undefined> {
    const turn = turnToRead();
    if (turn) await turn;
    const file = this.#fileOf(key);
    const { tokens, torn } = await loadRecord(file, key, this.#codec);
    if (torn) reportCorrupt(file, torn);
    return tokens;
  }

  /**
   * Replaces the record of `key`. The record of another key is replaced when `context.expected` is `undefined`.
   *
   * @throws StorageConflictError when the stored generation is not `context.expected`; LockLostError;
   * StorageUnavailableError, with the old record still in place.
   */
  async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    const file = this.#fileOf(key);
    const { stored, isSealed, torn } = await this.#loadToReplace(file, key, context.expected);
    const record = await sealRecord(tokens, key, this.#codec);
    assertOwned(context.lock);
    if (!isSealed && !torn) assertGeneration(stored, context.expected);
    if (torn && !setAside(file, torn)) return this.save(key, tokens, context); // it is another file by now
    makePrivateFolder(dirname(file));
    await writeAtomically(file, record, () => assertOwned(context.lock), torn);
  }

  /**
   * Removes the record of `key`; resolves when there is none. What is no record is moved aside. The record of another key
   * stays, one that cannot be opened goes when `context.expected` is `undefined`.
   *
   * @throws StorageConflictError when the stored generation is not `context.expected`; LockLostError;
   * StorageUnavailableError.
   */
  async delete(key: string, context: DeleteContext): Promise<void> {
    const file = this.#fileOf(key);
    const { stored, isSealed, torn } = await this.#loadToReplace(file, key, context.expected);
    assertOwned(context.lock);
    if (torn && !setAside(file, torn)) return this.delete(key, context);
    if (!stored && !isSealed) return;
    if (stored) assertGeneration(stored, context.expected);
    try {
      patiently(unlinkSync, file);
      await syncFolder(dirname(file));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw storageFault(error, file);
    }
  }

  /**
   * Lists who is logged in: of one file, or of all in the folder with `perKey`. Other files are left out, and so is what
   * is no record.
   *
   * @throws StorageUnavailableError
   */
  async *list(): AsyncGenerator<StoredLogin, void> {
    for (const file of this.#perKey ? recordFilesIn(this.id) : [this.id]) {
      const login = await loginIn(file, this.#codec);
      if (login && (!this.#perKey || this.#fileOf(login.key ?? '') === file)) yield login;
    }
  }

  /**
   * Runs a task while no other process, thread or call runs one for this file. Tries before what a save does, and fails
   * where that would: a full or failing disk, a read-only folder, a file that is immutable or another user's.
   *
   * @throws LockTimeoutError; LockUnavailableError; StorageUnavailableError; what the task throws.
   */
  async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const file = this.#fileOf(options.purpose === 'login' ? key.replace(/\.login$/, '') : key);
    return withFileLock({ file, locking: this.#locking, probe: probeSave }, task, options);
  }

  #fileOf(key: string): string {
    if (!this.#perKey) return this.id;
    this.#fileOfKey ??= fileOfKeyIn(this.id);
    return this.#fileOfKey(key);
  }

  async #loadToReplace(file: string, key: string, expected: number | undefined): Promise<Replaceable> {
    try {
      const { tokens, torn } = await loadRecord(file, key, this.#codec);
      return { stored: tokens, torn };
    } catch (error) {
      const isSealed = error instanceof RecordUnreadableError;
      if (!isSealed && !(error instanceof CredentialMismatchError)) throw error;
      if (expected !== undefined) throw new StorageConflictError({ expected });
      return { isSealed };
    }
  }
}

/** What a save or deletion finds in its place. */
interface Replaceable {
  readonly stored?: TokenSet | undefined;
  /** Whether it is a record, and cannot be opened. */
  readonly isSealed?: boolean;
  readonly torn?: Stats | undefined;
}

function assertOwned(lock: HeldLock): void {
  if (lock.signal.aborted) throw new LockLostError({ message: 'The lock was lost, so nothing was written.' });
}
