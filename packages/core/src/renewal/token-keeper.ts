import type { CredentialState, StoredTokens } from './credential-state.js';
import { CredentialMismatchError, RecordUnreadableError, StorageConflictError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import { type FlowEvents, summarize } from '../tokens/flow-events.js';
import { nextStamp } from '../tokens/generation.js';
import type { HeldLock } from '../storage/lock.js';
import { retryFor } from './retry-save.js';
import { runLocked, type WaitOptions } from './run-locked.js';
import { StorageAccess, storageError, type StorageHooks } from './storage-access.js';
import type { RecordStamp, Unanswered } from '../tokens/token-record.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { SaveContext } from '../storage/token-storage.js';

/** What a keeper works with. */
export interface KeeperParts {
  readonly key: string;
  readonly hooks: StorageHooks;
  readonly credential: CredentialState;
  readonly events: FlowEvents;
  readonly clock: Clock;
  /** Seconds. */
  readonly lockTimeout: number;
  /** Whether a record of another credential is overwritten, since no person is needed for a new one. */
  readonly overwritesOthers: boolean;
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

/** Keeps the tokens of one credential in memory and in storage, so that the two do not contradict each other. */
export class TokenKeeper {
  readonly #parts: KeeperParts;
  readonly #access: StorageAccess;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#access = new StorageAccess(parts.key, parts.hooks);
  }

  /** Runs a task under the credential's lock. @throws as `Lock.withLock` */
  locked<T>(task: (lock: HeldLock) => Promise<T>, options: Partial<WaitOptions<T>> = {}): Promise<T> {
    const { hooks, lockTimeout: timeout } = this.#parts;
    return runLocked((run, options) => hooks.withLock(run, options), { timeout, ...options }, task);
  }

  /**
   * Reads what is stored into memory. `toReplace` is for a login, which replaces any record, and a logout: a record
   * that cannot be used then counts as none.
   *
   * @throws CredentialMismatchError, RecordUnreadableError, StorageUnavailableError
   */
  async load({ toReplace = false } = {}): Promise<StoredTokens> {
    const { credential, overwritesOthers } = this.#parts;
    const { writes } = credential;
    try {
      const tokens = await this.#access.read(credential.tokens);
      if (credential.writes === writes) credential.tokens = tokens;
      return { tokens, expected: tokens?.generation ?? 0 };
    } catch (error) {
      const isUnreadable = error instanceof RecordUnreadableError;
      if (!isUnreadable && !(error instanceof CredentialMismatchError)) throw error;
      if (credential.writes === writes) credential.tokens = undefined;
      const isSealed = isUnreadable && error.code !== 'RECORD_UNREADABLE';
      if (!toReplace && (!overwritesOthers || isSealed)) throw error;
      return { tokens: undefined, expected: undefined, isUnreadable };
    }
  }

  /**
   * Stamps new tokens and saves them before anybody is given them. While storage fails it is tried again, until the
   * lock's timeout has passed; then the tokens stay in memory and `saveUnsaved` is due.
   *
   * @throws StorageConflictError when storage no longer holds what the tokens grew from
   */
  async save(tokens: TokenSet, grewFrom: StoredTokens, context: SaveReason): Promise<TokenSet> {
    const { credential, clock, lockTimeout } = this.#parts;
    const stamped = this.#stamp(tokens, grewFrom, context.scope);
    credential.refused = credential.unanswered = undefined; // the server has just answered for these
    const attempt = (): Promise<void> => this.#saveOnce(stamped, grewFrom, context);
    const failure = await retryFor(lockTimeout * 1000, clock, attempt);
    if (failure) return this.#keepUnsaved(stamped, grewFrom, context.reason, failure.error);
    credential.unsaved = undefined;
    credential.write(stamped);
    return stamped;
  }

  /** Keeps the tokens of a login in memory when the lock to save them under could not be had. */
  keepLogin(tokens: TokenSet, grewFrom: StoredTokens, scope: string | undefined, error: unknown): TokenSet {
    return this.#keepUnsaved(this.#stamp(tokens, grewFrom, scope), grewFrom, 'login', error);
  }

  #keepUnsaved(tokens: TokenSet, grewFrom: StoredTokens, reason: SaveContext['reason'], error: unknown): TokenSet {
    const { key, credential, events } = this.#parts;
    credential.write(tokens);
    credential.unsaved = { tokens, grewFrom, reason };
    events.emit('saveFailed', {
      key,
      tokens: summarize(tokens),
      error: storageError('The tokens are not saved.', error),
    });
    return tokens;
  }

  #stamp(tokens: TokenSet, grewFrom: StoredTokens, scope: string | undefined): TokenSet {
    const { key, clock } = this.#parts;
    return tokens.withStamp(nextStamp(tokens, grewFrom.tokens, { key, scope, now: clock.now() }));
  }

  /**
   * Saves what an earlier save could not, unless storage has moved on, which then wins.
   *
   * @throws StorageUnavailableError when the storage still fails
   */
  async saveUnsaved(lock: HeldLock): Promise<void> {
    const { credential } = this.#parts;
    if (!credential.unsaved) return;
    const { tokens, grewFrom, reason } = credential.unsaved;
    try {
      await this.#access.assertUnmoved(grewFrom);
      await this.#saveOnce(tokens, grewFrom, { reason, lock });
    } catch (error) {
      const isTaken = error instanceof StorageConflictError || error instanceof CredentialMismatchError;
      if (!isTaken) throw error;
    }
    credential.unsaved = undefined;
  }

  /** Notes beside the stored tokens that their refresh token was presented without an answer. */
  async noteUnanswered(stored: StoredTokens, unanswered: Unanswered, lock: HeldLock): Promise<void> {
    if (stored.tokens) this.#parts.credential.unanswered = { tokens: stored.tokens, ...unanswered };
    await this.#note(stored, { unanswered }, lock);
  }

  /**
   * Notes beside the stored tokens that the server refused their refresh token, so that no process presents it again.
   * Returns false when somebody else wrote meanwhile.
   */
  async noteRefused(stored: StoredTokens, lock: HeldLock): Promise<boolean> {
    const failure = await this.#note(stored, { refused: true }, lock);
    return !(failure instanceof StorageConflictError);
  }

  /**
   * Saves a note, and returns what stopped it: memory knows it then, and what else is to be said, the caller is told by
   * the error of the request itself. The generation stays: tokens that grew from these, and are saved later by somebody
   * slow, still fit.
   */
  async #note({ tokens, expected }: StoredTokens, note: Partial<RecordStamp>, lock: HeldLock): Promise<unknown> {
    const { key, credential } = this.#parts;
    if (!tokens) return undefined;
    const noted = tokens.withStamp({ generation: 0, ...tokens.stamp, key, ...note });
    try {
      await this.#saveOnce(noted, { tokens, expected }, { reason: 'refresh', lock });
      credential.write(noted);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Deletes the tokens from storage and memory. @throws StorageConflictError, StorageUnavailableError */
  async remove(stored: StoredTokens, lock: HeldLock): Promise<void> {
    const { key, credential, events } = this.#parts;
    if (stored.tokens || stored.isUnreadable) {
      await this.#access.remove(stored.tokens, { expected: stored.expected, lock });
    }
    credential.write(undefined);
    credential.unsaved = undefined;
    events.emit('loggedOut', { key });
  }

  async #saveOnce(tokens: TokenSet, grewFrom: StoredTokens, { reason, overwrite, lock }: SaveReason): Promise<void> {
    const { key, events, clock } = this.#parts;
    const began = clock.now();
    const context = { reason, expected: overwrite ? undefined : grewFrom.expected, lock };
    try {
      if (lock.signal.aborted) {
        // Lost while the server answered. The new tokens may still be the only ones that live.
        await this.locked(async (again) => {
          if (!overwrite) await this.#access.assertUnmoved(grewFrom);
          await this.#access.write(tokens, { ...context, lock: again });
        });
      } else {
        await this.#access.write(tokens, context);
      }
    } catch (error) {
      throw storageError('The tokens could not be saved.', error, tokens);
    }
    events.emit('saved', { key, tokens: summarize(tokens), duration: (clock.now() - began) / 1000 });
  }
}
