import type { CredentialState, StoredTokens, UnsavedTokens } from './credential-state.js';
import { CredentialMismatchError, RecordUnreadableError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import type { FlowEvents } from '../tokens/flow-events.js';
import { hasGoneBack } from '../tokens/generation.js';
import type { RecordOwner } from '../tokens/record-owner.js';
import { inTheWay, type LoadPurpose } from './in-the-way.js';
import { StorageAccess, type StorageHooks } from './storage-access.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { SaveContext } from '../storage/token-storage.js';

/** What a reader works with, and the keeper that is made of it when something is to be written. */
export interface ReaderParts {
  readonly owner: RecordOwner;
  readonly hooks: StorageHooks;
  readonly credential: CredentialState;
  readonly events: FlowEvents;
  readonly clock: Clock;
  /** Seconds. */
  readonly lockTimeout: number;
  /** Whether a login needs a person. Where none is needed, the record of another program is overwritten. */
  readonly needsPerson: boolean;
  /** Saves under the lock what memory holds and storage does not. */
  readonly saveUnsaved: () => Promise<void>;
}

/** Reads the tokens of one credential from storage into memory: all that a program which finds a fresh token needs. */
export class TokenReader {
  readonly parts: ReaderParts;
  protected readonly access: StorageAccess;

  constructor(parts: ReaderParts) {
    this.parts = parts;
    this.access = new StorageAccess(parts.owner, parts.hooks);
  }

  /**
   * Reads what is stored into memory. What cannot be used counts as none where that may be replaced.
   *
   * @throws CredentialMismatchError, RecordUnreadableError, StorageUnavailableError
   */
  async load(purpose: LoadPurpose = 'use'): Promise<StoredTokens> {
    const { credential, needsPerson } = this.parts;
    const { writes } = credential;
    try {
      const tokens = await this.access.read(credential.tokens);
      const stored = { tokens, expected: tokens?.generation ?? 0 };
      if (credential.writes !== writes) return stored;
      if (tokens && credential.tokens && hasGoneBack(tokens, credential.tokens)) {
        return this.#keepNewer(credential.tokens, stored);
      }
      credential.tokens = tokens;
      return stored;
    } catch (error) {
      const { kind } = this.parts.owner;
      const isOver = error instanceof RecordUnreadableError || error instanceof CredentialMismatchError;
      if (isOver && credential.writes === writes) credential.tokens = undefined;
      return inTheWay(error, { purpose, needsPerson, kind });
    }
  }

  /** Storage has gone back to an older record of the same login: what memory holds is to be saved again. */
  #keepNewer(tokens: TokenSet, grewFrom: StoredTokens): StoredTokens {
    const { credential } = this.parts;
    credential.unsaved = this.unsaved(tokens, grewFrom, 'refresh');
    credential.wentBack = true;
    return { ...grewFrom, tokens };
  }

  protected unsaved(tokens: TokenSet, grewFrom: StoredTokens, reason: SaveContext['reason']): UnsavedTokens {
    return { tokens, grewFrom, reason, save: this.parts.saveUnsaved };
  }
}
