import type { HeldLock, LockOptions } from '../../storage/lock.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { DeleteContext, SaveContext, TokenStorage } from '../../storage/token-storage.js';
import type { Report } from './messages.js';
import type { ParentLine } from './parent-line.js';

/** A storage that stops at the points of the transaction. With `guarded` false, its lock lets everybody in. */
export class SteppingStorage implements TokenStorage {
  readonly id: string;
  readonly #storage: TokenStorage;
  readonly #line: ParentLine;
  readonly #guarded: boolean;
  #possessions = 0;
  #held: { readonly possession: number; readonly lock: HeldLock } | undefined;

  constructor(storage: TokenStorage, line: ParentLine, guarded: boolean) {
    this.id = storage.id;
    this.#storage = storage;
    this.#line = line;
    this.#guarded = guarded;
  }

  /** Which possession of the lock this is, and whether it was lost. */
  get hold(): Pick<Report, 'possession' | 'lost'> {
    return { possession: this.#held?.possession, lost: this.#held?.lock.signal.aborted };
  }

  load(key: string): Promise<TokenSet | undefined> {
    return this.#storage.load(key);
  }

  async save(key: string, tokens: TokenSet, context: SaveContext): Promise<void> {
    await this.#line.stopAt({ point: 'save', ...this.hold });
    await this.#line.pass({ point: 'saving', ...this.hold });
    await this.#storage.save(key, tokens, context);
    await this.#line.stopAt({ point: 'validate', refreshToken: tokens.refreshToken, ...this.hold });
  }

  delete(key: string, context: DeleteContext): Promise<void> {
    return this.#storage.delete(key, context);
  }

  async withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    await this.#line.stopAt({ point: 'take-lock' });
    const stepped = async (lock: HeldLock): Promise<T> => {
      const outer = this.#held;
      this.#held = { possession: ++this.#possessions, lock };
      try {
        await this.#line.stopAt({ point: 'look-again', ...this.hold });
        return await task(lock);
      } finally {
        // The parent must hear of it before another process can enter.
        await this.#line.stopAt({ point: 'leaving', ...this.hold });
        this.#held = outer;
      }
    };
    if (this.#guarded) return this.#storage.withLock(key, stepped, options);
    return stepped({ signal: new AbortController().signal });
  }
}
