import {
  type DeleteContext,
  type HeldLock,
  type LockOptions,
  LockTimeoutError,
  LockUnavailableError,
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

/** What is stored for a credential. */
interface Entry {
  readonly key: string;
  readonly text: string;
  readonly generation: number;
}

const store = 'tokens';

/**
 * Keeps tokens in IndexedDB, which all tabs and workers of an origin share, under a Web Lock, which the browser frees when a tab
 * is closed. A save compares the generation and writes in one transaction.
 */
export class BrowserTokenStorage implements TokenStorage {
  readonly #name: string;
  readonly #codec: RecordCodec | undefined;

  /** `name` is that of the database, and begins those of the locks. */
  constructor(name = 'latchkey', { codec }: { codec?: RecordCodec | undefined } = {}) {
    this.#name = name;
    this.#codec = codec;
  }

  get id(): string {
    return `indexeddb:${location.origin}:${this.#name}`;
  }

  async load(key: string): Promise<TokenSet | undefined> {
    const entry = await this.#run('readonly', (entries) => entries.get(key) as IDBRequest<Entry | undefined>);
    return entry && openRecord(entry.text, key, this.#codec);
  }

  async save(key: string, tokens: TokenSet, { expected }: Pick<SaveContext, 'expected'>): Promise<void> {
    // Before the transaction, which would end while something else is waited for.
    const text = await sealRecord(tokens, key, this.#codec);
    await this.#replace(key, { key, text, generation: tokens.generation ?? 0 }, expected);
  }

  async delete(key: string, { expected }: Pick<DeleteContext, 'expected'>): Promise<void> {
    await this.#replace(key, undefined, expected);
  }

  async *list(): AsyncGenerator<StoredLogin, void> {
    for (const { key, text } of await this.#run('readonly', (entries) => entries.getAll() as IDBRequest<Entry[]>)) {
      const login = await readLogin(text, key, this.#codec);
      if (login) yield login;
    }
  }

  async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    const { signal, timeout } = options;
    signal.throwIfAborted();
    const locks = (navigator as Partial<Navigator>).locks;
    if (!locks) throw new LockUnavailableError(insecure);
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(new LockTimeoutError()), Math.min(timeout * 1000, 2 ** 31 - 1));
    const leave = (): void => waiting.abort(signal.reason); // by hand, since AbortSignal.any is of 2024
    signal.addEventListener('abort', leave);
    const lost = new AbortController();
    let running: Promise<T> | undefined;
    const enter = (lock: Lock | null): Promise<T> => {
      if (!lock) throw new LockTimeoutError();
      clearTimeout(timer);
      running = this.check().then(() => task({ signal: lost.signal }));
      return running;
    };
    try {
      const how: globalThis.LockOptions = timeout > 0 ? { signal: waiting.signal } : { ifAvailable: true };
      return await locks.request(`${this.#name} ${key}`, how, enter);
    } catch (error) {
      lost.abort(); // another script can steal a lock: then the task goes on, and has to know
      if (running) return await running;
      if (waiting.signal.aborted || error instanceof LockTimeoutError) throw error;
      throw unavailable(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  }

  /**
   * Tries whether a record can be saved, which the browser may forbid, or have no room for. To be called before anybody is sent
   * away to log in; renewals do so by themselves.
   */
  async check(): Promise<void> {
    const key = 'latchkey.writable';
    await this.#run('readwrite', (entries) => {
      entries.put({ key, text: 'x'.repeat(16_384), generation: 0 });
      return entries.delete(key);
    });
  }

  /** Writes or, without an entry, deletes, if what is there has the `expected` generation. */
  async #replace(key: string, entry: Entry | undefined, expected: number | undefined): Promise<void> {
    const found = await this.#run('readwrite', (entries) => {
      const look = entries.get(key) as IDBRequest<Entry | undefined>;
      look.onsuccess = () => {
        if (expected !== undefined && generationOf(look.result) !== expected) return;
        if (entry) entries.put(entry);
        else entries.delete(key);
      };
      return look;
    });
    const isGone = !entry && !found;
    if (expected !== undefined && generationOf(found) !== expected && !isGone) {
      throw new StorageConflictError({ expected, found: generationOf(found) });
    }
  }

  /** Runs a transaction, and resolves when it is on the disk. */
  async #run<T>(mode: IDBTransactionMode, work: (entries: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    try {
      const database = await open(this.#name);
      try {
        const transaction = database.transaction(store, mode, { durability: 'strict' });
        const request = work(transaction.objectStore(store));
        await new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was aborted.'));
        });
        return request.result;
      } finally {
        database.close(); // so that nobody who deletes or upgrades it has to wait
      }
    } catch (error) {
      throw unavailable(error);
    }
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'key' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database cannot be opened.'));
  });
}

function generationOf(entry: Entry | undefined): number {
  return entry?.generation ?? 0;
}

function unavailable(cause: unknown): StorageUnavailableError {
  const { name } = Object(cause) as { name?: unknown };
  return new StorageUnavailableError({ ...(name === 'QuotaExceededError' ? full : denied), cause });
}

const full = {
  message: 'The browser has no room left for the tokens.',
  remedy: 'Free room on the disk, or delete what this site has stored and does not need; then try again.',
};

const denied = {
  message: 'The browser does not let this page store tokens.',
  remedy: 'Allow this site to store data (cookies and site data), open it in a tab of its own, and try again.',
};

const insecure = {
  message: 'This page has no Web Locks.',
  remedy: 'Serve it over https, or from localhost, to a browser of 2022 or later.',
};
