import type { CredentialState, StoredTokens, UnsavedTokens } from './credential-state.js';
import { CredentialMismatchError, RecordUnreadableError } from '../errors/index.js';
import type { FlowSettings } from '../options/flow-settings.js';
import type { FlowEvents } from '../tokens/flow-events.js';
import { hasGoneBack } from '../tokens/generation.js';
import type { RecordOwner } from '../tokens/record-owner.js';
import type { Grant } from './grant.js';
import { inTheWay, type LoadPurpose } from './in-the-way.js';
import { StorageAccess, type StorageHooks } from './storage-access.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { SaveContext } from '../storage/token-storage.js';

/** What the tokens of one flow are read, renewed and kept with. */
export interface RenewalParts {
  readonly owner: RecordOwner;
  readonly settings: FlowSettings;
  readonly credential: CredentialState;
  readonly hooks: StorageHooks;
  readonly events: FlowEvents;
  readonly grant: Grant;
  /** Saves under the lock what memory holds and storage does not. */
  readonly saveUnsaved: (parts: RenewalParts) => Promise<void>;
}

/** Reads the tokens of one credential from storage into memory: all that a program which finds a fresh token needs. */
export class TokenReader {
  readonly parts: RenewalParts;
  protected readonly access: StorageAccess;

  constructor(parts: RenewalParts) {
    this.parts = parts;
    this.access = new StorageAccess(parts.owner, parts.hooks);
  }

  /**
   * Reads what is stored into memory. What cannot be used counts as none where that may be replaced.
   *
   * @throws CredentialMismatchError, RecordUnreadableError, StorageUnavailableError
   */
  async load(purpose: LoadPurpose = 'use'): Promise<StoredTokens> {
    const { owner, credential, grant } = this.parts;
    const { writes } = credential;
    try {
      const tokens = await this.access.read(credential.tokens);
      const stored = { tokens, expected: tokens?.generation ?? 0 };
      if (credential.writes !== writes) return stored;
      if (tokens && credential.tokens && hasGoneBack(tokens, credential.tokens, credential.spent)) {
        return this.#keepNewer(credential.tokens, stored);
      }
      if (!credential.unsaved) credential.tokens = tokens;
      return stored;
    } catch (error) {
      const isOver = error instanceof RecordUnreadableError || error instanceof CredentialMismatchError;
      if (isOver && credential.writes === writes && !credential.unsaved) credential.tokens = undefined;
      return inTheWay(error, { purpose, needsPerson: grant.interactive, kind: owner.kind });
    }
  }

  /** Storage has gone back to an older record of the same login: what memory holds is to be saved again. */
  #keepNewer(tokens: TokenSet, grewFrom: StoredTokens): StoredTokens {
    const { credential } = this.parts;
    credential.tokens = tokens.withStamp({ ...tokens.stamp }); // others, so that no answer kept for them is given before
    credential.unsaved = this.unsaved(tokens, grewFrom, 'refresh');
    credential.wentBack = true;
    return { ...grewFrom, tokens };
  }

  protected unsaved(tokens: TokenSet, grewFrom: StoredTokens, reason: SaveContext['reason']): UnsavedTokens {
    return { tokens, grewFrom, reason, save: () => this.parts.saveUnsaved(this.parts) };
  }
}
