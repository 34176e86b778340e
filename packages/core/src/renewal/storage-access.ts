import { isErrorLike } from '../errors/error-causes.js';
import {
  AuthFlowError,
  CredentialMismatchError,
  NoTokensError,
  RecordUnreadableError,
  StorageConflictError,
  StorageUnavailableError,
} from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import { kindOf } from '../platform/kind-of.js';
import { within } from '../platform/waiting.js';
import type { HeldLock, LockOptions } from '../storage/lock.js';
import type { DeleteContext, SaveContext } from '../storage/token-storage.js';
import { hasMoved } from '../tokens/generation.js';
import { isOwnRecord, isProgramsRecord, type RecordOwner } from '../tokens/record-owner.js';
import { wrongKind } from '../tokens/record-kind.js';
import { recordSecrets } from '../tokens/record-secrets.js';
import { TokenSet } from '../tokens/token-set.js';
import type { StoredTokens } from './credential-state.js';

/** The storage hooks of a flow. */
export interface StorageHooks {
  loadTokens(): Promise<unknown>;
  saveTokens(tokens: TokenSet, context: SaveContext): Promise<void>;
  deleteTokens(context: DeleteContext): Promise<void>;
  withLock<T>(task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T>;
}

/** Why tokens are saved, and under which lock. */
export interface SaveReason {
  readonly reason: SaveContext['reason'];
  readonly lock: HeldLock;
  /** Replaces whatever is stored: a login. */
  readonly overwrite?: boolean;
  /** The scopes that were asked for. */
  readonly scope?: string | undefined;
}

/** Seconds for which a hook may be busy: one that never answers would keep all callers, and the lock. */
export const patience = 30;

const mendHook = 'Mend loadTokens, or load of the storage; no login is needed.';

/** Calls the storage hooks of a flow, which may be anybody's. */
export class StorageAccess {
  readonly #owner: RecordOwner;
  readonly #hooks: StorageHooks;

  constructor(owner: RecordOwner, hooks: StorageHooks) {
    this.#owner = owner;
    this.#hooks = hooks;
  }

  /**
   * Reads what is stored. `known` tokens are kept out of errors. What a hook gives that is no record by its kind is not what is
   * stored, so nothing may take its place.
   *
   * @throws CredentialMismatchError, RecordUnreadableError, StorageUnavailableError
   */
  async read(known: TokenSet | undefined): Promise<TokenSet | undefined> {
    let tokens: TokenSet | undefined;
    let record: unknown;
    try {
      record = await within(patience, this.#hooks.loadTokens());
      tokens = record === undefined || record === null ? undefined : TokenSet.from(record);
    } catch (error) {
      if (error instanceof NoTokensError) return undefined;
      if (/^(Object|String|Null|Undefined)$/.test(kindOf(record)))
        throw storageError('The stored tokens could not be read.', error, known);
      throw new StorageUnavailableError({ message: wrongKind(record), remedy: mendHook, retryable: false });
    }
    if (!tokens || isOwnRecord(tokens, this.#owner)) return tokens;
    throw new CredentialMismatchError({ isPrograms: isProgramsRecord(tokens) });
  }

  /** Saves. What is no record is nothing newer: it is overwritten, since these tokens exist nowhere else. */
  async write(tokens: TokenSet, context: SaveContext): Promise<void> {
    const attempt = async (expected: SaveContext['expected']): Promise<void> =>
      within(patience, this.#hooks.saveTokens(tokens, { ...context, expected }));
    await attempt(context.expected).catch((error: unknown) => {
      if (!isNoRecord(error)) throw error;
      return attempt(undefined);
    });
  }

  /** Deletes. @throws StorageConflictError, StorageUnavailableError */
  async remove(known: TokenSet | undefined, context: DeleteContext): Promise<void> {
    try {
      await within(patience, this.#hooks.deleteTokens(context));
    } catch (error) {
      throw storageError('The tokens could not be deleted.', error, known);
    }
  }

  /**
   * Storages compare generations by themselves; hooks of an application's own may not. Where another program's record was
   * to be overwritten, it may have become a login.
   *
   * @throws StorageConflictError
   */
  async assertUnmoved({ tokens, expected }: StoredTokens): Promise<void> {
    if (expected === undefined) return this.#assertNoLogin();
    const present = await this.read(tokens).catch((error: unknown) => {
      if (!isNoRecord(error)) throw error;
      return tokens; // nobody has saved anything newer
    });
    const found = present?.generation ?? 0;
    const moved = present && tokens ? hasMoved(present, tokens) : present !== tokens;
    if (moved || found !== expected) throw new StorageConflictError({ expected, found });
  }

  async #assertNoLogin(): Promise<void> {
    if (this.#owner.kind === 'login') return;
    await this.read(undefined).catch((error: unknown) => {
      const isLogin = error instanceof CredentialMismatchError && !error.isPrograms;
      if (isLogin) throw new StorageConflictError();
    });
  }
}

/** Tells whether a hook found something that is no record, by what it or `TokenSet.from` throws. */
function isNoRecord(error: unknown): boolean {
  return isErrorLike(error) && error.code === 'RECORD_UNREADABLE';
}

/** Gives what a hook throws a type; what has one is left as it is. */
export function storageError(message: string, error: unknown, tokens?: TokenSet): AuthFlowError {
  if (error instanceof AuthFlowError) return error;
  if (isNoRecord(error)) return new RecordUnreadableError();
  return new StorageUnavailableError({ message, cause: scrubError(error, tokens && recordSecrets(tokens)) });
}
