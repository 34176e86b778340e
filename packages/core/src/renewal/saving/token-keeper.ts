import { CredentialMismatchError, StorageConflictError, StorageUnavailableError } from '../../errors/index.js';
import { warn } from '../../platform/warn.js';
import type { HeldLock } from '../../storage/lock.js';
import type { SaveContext } from '../../storage/token-storage.js';
import { summarize } from '../../tokens/flow-events.js';
import { nextStamp } from '../../tokens/generation.js';
import type { RecordStamp } from '../../tokens/token-record.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { StoredTokens } from '../credential-state.js';
import { retryFor } from './retry-save.js';
import { runLocked, type WaitOptions } from '../run-locked.js';
import { type SaveReason, storageError } from '../storage-access.js';
import { TokenReader } from '../token-reader.js';

const conflictOfNobody = 'The storage refused the tokens as a conflict, though it holds what they grew from.';

/** What can be noted of a refresh token that was presented in vain. */
export type RefreshNote = Partial<Pick<RecordStamp, 'unanswered' | 'suspected' | 'refused'>>;

/** Keeps the tokens of one credential in memory and in storage, so that the two do not contradict each other. */
export class TokenKeeper extends TokenReader {
  /** Runs a task under the credential's lock. @throws as `Lock.withLock` */
  locked<T>(task: (lock: HeldLock) => Promise<T>, options: Partial<WaitOptions<T>> = {}): Promise<T> {
    const { hooks, settings } = this.parts;
    const waiting = { timeout: settings.lockTimeout, ...options };
    return runLocked((run, options) => hooks.withLock(run, options), waiting, task);
  }

  /**
   * Stamps new tokens and saves them before anybody is given them. While storage fails it is tried again, until the
   * lock's timeout has passed; then the tokens stay in memory and `saveUnsaved` is due. What can be asked for anew is worth a
   * second, and neither the caller's time nor the lock that others wait for.
   *
   * @throws StorageConflictError when storage no longer holds what the tokens grew from
   */
  async save(tokens: TokenSet, grewFrom: StoredTokens, context: SaveReason): Promise<TokenSet> {
    const { credential, settings } = this.parts;
    const stamped = this.#stamp(tokens, grewFrom, context);
    credential.refused = credential.unanswered = credential.suspected = undefined; // the server has just answered for these
    if (context.reason !== 'import') credential.ownToken = stamped.accessToken;
    const replaced = context.reason === 'refresh' ? grewFrom.tokens?.refreshToken : undefined;
    if (replaced !== stamped.refreshToken) credential.spent = replaced;
    const attempt = (): Promise<void> => this.#saveOnce(stamped, grewFrom, context);
    const isOnly = (stamped.refreshToken ?? replaced) !== replaced || this.#isPersons(context.reason);
    const seconds = isOnly ? settings.lockTimeout : Math.min(settings.lockTimeout, 1);
    const failure = await retryFor(seconds * 1000, settings.clock, attempt);
    if (failure) return this.#keepUnsaved(stamped, grewFrom, context.reason, failure.error);
    credential.unsaved = undefined;
    credential.write(stamped);
    return stamped;
  }

  /** Keeps the tokens of a login in memory when the lock to save them under could not be had. */
  keepLogin(tokens: TokenSet, grewFrom: StoredTokens, context: Omit<SaveReason, 'lock'>, error: unknown): TokenSet {
    return this.#keepUnsaved(this.#stamp(tokens, grewFrom, context), grewFrom, context.reason, error);
  }

  #keepUnsaved(tokens: TokenSet, grewFrom: StoredTokens, reason: SaveContext['reason'], error: unknown): TokenSet {
    const { owner, credential, events } = this.parts;
    credential.write(tokens);
    credential.unsaved = this.unsaved(tokens, grewFrom, reason);
    if (this.#isPersons(reason))
      warn('A login could not be stored: it lives in memory only, and is lost when the program ends now.');
    events.emit('saveFailed', {
      key: owner.key,
      tokens: summarize(tokens),
      error: storageError('The tokens are not saved.', error, tokens),
    });
    return tokens;
  }

  /** Whether a person had to log in for them, here or elsewhere. */
  #isPersons(reason: SaveContext['reason']): boolean {
    return reason === 'import' || (reason === 'login' && this.parts.grant.interactive);
  }

  #stamp(tokens: TokenSet, { tokens: previous }: StoredTokens, { reason, scope }: Omit<SaveReason, 'lock'>): TokenSet {
    const { owner, settings } = this.parts;
    const details = { ...owner, scope, isRenewal: reason === 'refresh', now: settings.clock.now() };
    return tokens.withStamp(nextStamp(tokens, previous, details));
  }

  /** Takes the lock and saves what an earlier save could not. @throws as `saveUnsaved`, `load` and `locked` */
  saveLater(): Promise<void> {
    return this.locked(async (lock) => {
      await this.saveUnsaved(lock);
      await this.load(); // storage may have moved on, and then wins
    });
  }

  /**
   * Saves what an earlier save could not, unless storage has moved on, which then wins.
   *
   * @throws StorageUnavailableError when the storage still fails
   */
  async saveUnsaved(lock: HeldLock): Promise<void> {
    const { credential } = this.parts;
    if (!credential.unsaved) return;
    const { tokens, grewFrom, reason } = credential.unsaved;
    try {
      await this.access.assertUnmoved(grewFrom);
      await this.#saveOnce(tokens, grewFrom, { reason, lock });
      credential.writes++;
    } catch (error) {
      const isTaken = error instanceof StorageConflictError || error instanceof CredentialMismatchError;
      if (!isTaken) throw error;
    }
    credential.unsaved = undefined;
  }

  /**
   * Notes beside the stored tokens what came of presenting their refresh token, in place of earlier notes, and returns what
   * stopped it: memory knows it then, and what else is to be said, the caller is told by the error of the request itself.
   * The generation stays: tokens that grew from these, and are saved later by somebody slow, still fit.
   */
  async note({ tokens, expected }: StoredTokens, note: RefreshNote, lock: HeldLock): Promise<unknown> {
    const { owner, credential } = this.parts;
    if (!tokens) return undefined;
    const { unanswered: _, suspected: __, ...stamp } = tokens.stamp ?? {};
    const noted = tokens.withStamp({ ...stamp, key: owner.key, kind: owner.kind, ...note });
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
    const { owner, credential, events } = this.parts;
    if (stored.tokens || stored.isUnreadable) {
      await this.access.remove(stored.tokens, { expected: stored.expected, lock });
    }
    credential.write(undefined);
    credential.unsaved = undefined;
    events.emit('loggedOut', { key: owner.key });
  }

  async #saveOnce(tokens: TokenSet, grewFrom: StoredTokens, { reason, overwrite, lock }: SaveReason): Promise<void> {
    const { owner, events, settings } = this.parts;
    const began = settings.clock.now();
    const context = { reason, expected: overwrite ? undefined : grewFrom.expected, lock };
    try {
      if (lock.signal.aborted) {
        // Lost while the server answered. The new tokens may still be the only ones that live.
        await this.locked(async (again) => {
          if (!overwrite) await this.access.assertUnmoved(grewFrom);
          await this.access.write(tokens, { ...context, lock: again });
        });
      } else {
        await this.access.write(tokens, context);
      }
    } catch (error) {
      if (!(error instanceof StorageConflictError)) throw storageError('The tokens could not be saved.', error, tokens);
      await this.access.assertUnmoved(grewFrom);
      // Nobody has saved anything, so to yield would be to redeem a refresh token that is spent.
      throw new StorageUnavailableError({ message: conflictOfNobody, cause: error });
    }
    events.emit('saved', {
      key: owner.key,
      tokens: summarize(tokens),
      duration: (settings.clock.now() - began) / 1000,
    });
  }
}
