import type { HeldLock, Lock } from './lock.js';
import type { StoredLogin } from './stored-login.js';
import type { TokenSet } from '../tokens/token-set.js';

/**
 * Why and onto what a token set is saved.
 *
 * @group Write your own flow
 * @group Write your own storage
 */
export interface SaveContext {
  /** `login`: a new grant; `refresh`: a renewal, or a note about one; `import`: tokens handed in. */
  readonly reason: 'login' | 'refresh' | 'import';
  /**
   * The generation that the stored record must still have: 0 means that there must be none (a record without a
   * generation counts as 0 too), `undefined` that whatever is there is overwritten.
   */
  readonly expected: number | undefined;
  /** The lock under which the save happens. */
  readonly lock: HeldLock;
}

/**
 * Onto what a deletion happens; as in {@link SaveContext}.
 *
 * @group Write your own flow
 * @group Write your own storage
 */
export type DeleteContext = Pick<SaveContext, 'expected' | 'lock'>;

/**
 * A place for the tokens of many credentials. Test yours with `describeTokenStorage` of `@latchkey/core/testing`.
 * An outage throws {@link StorageUnavailableError}; it is never reported as "nothing there".
 *
 * @example
 * ```ts
 * import {
 *   assertGeneration,
 *   openRecord,
 *   ProcessLock,
 *   sealRecord,
 *   type TokenStorage,
 * } from '@latchkey/core';
 *
 * declare const table: Map<string, string>; // of one process
 * const lock = new ProcessLock();
 * const storage: TokenStorage = {
 *   id: 'table:tokens',
 *   load: async (key) => {
 *     const text = table.get(key);
 *     return text === undefined ? undefined : openRecord(text, key);
 *   },
 *   save: async (key, tokens, { expected }) => {
 *     if (expected !== undefined)
 *       assertGeneration(await storage.load(key), expected);
 *     table.set(key, await sealRecord(tokens, key));
 *   },
 *   delete: async (key, { expected }) => {
 *     const stored =
 *       expected === undefined ? undefined : await storage.load(key);
 *     if (stored) assertGeneration(stored, expected);
 *     table.delete(key);
 *   },
 *   withLock: (key, task, options) => lock.withLock(key, task, options),
 * };
 * ```
 * @group Write your own storage
 */
export interface TokenStorage extends Lock {
  /** Names the place itself: a real path, an endpoint and prefix. Two storages of one id hold the same records. */
  readonly id: string;
  /** Whether all keys share one record, as in a file. @defaultValue false */
  readonly isOneRecord?: boolean | undefined;
  /** Reads the record of `key`; `undefined` when there is none. */
  load(key: string): Promise<TokenSet | undefined>;
  /**
   * Stores `tokens` durably before it resolves: a rotated refresh token exists nowhere else. Never locks by itself.
   *
   * @throws StorageConflictError when the stored generation is not `context.expected`.
   */
  save(key: string, tokens: TokenSet, context: SaveContext): Promise<void>;
  /** Removes the record of `key`; resolves when there is none. Compares like `save`, never locks by itself. */
  delete(key: string, context: DeleteContext): Promise<void>;
  /**
   * Lists who is logged in, in any order, each credential once; not what is there but no login. What is saved or deleted
   * meanwhile may or may not be among them. Optional: a place that cannot be searched has no such method, or throws a TypeError
   * which says that it "cannot be listed".
   */
  list?(): AsyncIterable<StoredLogin>;
}
