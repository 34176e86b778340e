import { CredentialMismatchError, RecordUnreadableError } from '../errors/index.js';
import type { StoredTokens } from './credential-state.js';

/** What tokens are loaded for: to be used, replaced by a login or an import, or deleted. */
export type LoadPurpose = 'use' | 'login' | 'logout';

/** Who loads them. */
interface Loader {
  readonly purpose: LoadPurpose;
  readonly needsPerson: boolean;
  readonly kind: string;
}

/**
 * Decides what becomes of a record that cannot be used: a login replaces any, a flow that needs no person only what is no
 * record, and a program's; a logout leaves what is somebody else's.
 *
 * @throws the error of the read when the record is in the way; CredentialMismatchError
 */
export function inTheWay(error: unknown, { purpose, needsPerson, kind }: Loader): StoredTokens {
  const nothing = { tokens: undefined, expected: undefined };
  if (error instanceof RecordUnreadableError) {
    const isReplaced = purpose !== 'use' || (!needsPerson && error.code === 'RECORD_UNREADABLE');
    if (isReplaced) return { ...nothing, isUnreadable: true };
    throw error;
  }
  if (!(error instanceof CredentialMismatchError)) throw error;
  const isReplaced = purpose === 'use' ? !needsPerson && error.isPrograms : error.isPrograms || kind === 'login';
  if (isReplaced || purpose === 'logout') return nothing;
  throw needsPerson ? error : placeTaken();
}

/** Nobody is there to log in again, and a login that is stored must not be lost for a program. */
function placeTaken(): CredentialMismatchError {
  return new CredentialMismatchError({
    message: 'In the place of these tokens somebody else’s login is stored, which is not overwritten.',
    remedy:
      'Give each a place of its own: perKey: true for a folder of files, another path, or another key; or delete that login.',
  });
}
