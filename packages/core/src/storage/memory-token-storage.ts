import { assertGeneration } from '../tokens/generation.js';
import type { HeldLock, LockOptions } from './lock.js';
import { ProcessLock } from './process-lock.js';
import { readLogin } from './read-login.js';
import type { StoredLogin } from './stored-login.js';
import { randomId } from '../platform/random-id.js';
import { TokenSet } from '../tokens/token-set.js';
import type { DeleteContext, SaveContext, TokenStorage } from './token-storage.js';

/**
 * Keeps tokens in this process's memory until it ends. Each instance is a place of its own.
 *
 * @example
 * ```ts
 * import { ClientCredentialsFlow, MemoryTokenStorage } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 *
 * const storage = new MemoryTokenStorage(); // for several flows
 * const flow = new ClientCredentialsFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'my-service',
 *   clientSecret: environmentVariable('MY_SERVICE_SECRET'),
 *   storage,
 * });
 * ```
 * @group Storages
 */
export class MemoryTokenStorage implements TokenStorage {
  #id: string | undefined;
  readonly #records = new Map<string, TokenSet>();
  readonly #lock = new ProcessLock();

  /** Names this instance. Made when it is first asked for: a Cloudflare worker may make nothing random as it starts. */
  get id(): string {
    return (this.#id ??= `memory:${randomId()}`);
  }

  /** Reads the record of `key`; `undefined` when there is none. */
  async load(key: string): Promise<TokenSet | undefined> {
    return this.#records.get(key);
  }

  /** Stores `tokens`. @throws StorageConflictError when the stored generation is not `context.expected`. */
  async save(key: string, tokens: TokenSet, context: Pick<SaveContext, 'expected'>): Promise<void> {
    assertGeneration(this.#records.get(key), context.expected);
    this.#records.set(key, TokenSet.from(tokens));
  }

  /** Removes the record of `key`. @throws StorageConflictError when its generation is not `context.expected`. */
  async delete(key: string, context: Pick<DeleteContext, 'expected'>): Promise<void> {
    const stored = this.#records.get(key);
    if (!stored) return;
    assertGeneration(stored, context.expected);
    this.#records.delete(key);
  }

  /** Lists who is logged in. */
  async *list(): AsyncGenerator<StoredLogin, void> {
    for (const [key, tokens] of [...this.#records]) {
      const login = await readLogin(tokens.toJSON(), key);
      if (login) yield login;
    }
  }

  /** Runs one task at a time for `key`. @throws LockTimeoutError after `options.timeout` seconds. */
  withLock<T>(key: string, task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T> {
    return this.#lock.withLock(key, task, options);
  }
}
