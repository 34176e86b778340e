import { CredentialMismatchError, StorageUnavailableError } from './errors.js';
import { TokenSet } from './token-set.js';

/**
 * Reads what a storage holds under `key`: a record as an object or as JSON text. A record without a key of its own
 * belongs to whoever finds it.
 *
 * @throws StorageUnavailableError, not retryable, when the value is no record: it is never taken for "nothing there".
 * CredentialMismatchError when the record names another credential.
 */
export function openRecord(stored: unknown, key: string): TokenSet {
  const tokens = parse(stored);
  const owner = tokens.stamp?.key;
  if (owner !== undefined && owner !== key) throw new CredentialMismatchError();
  return tokens;
}

/** The error for a stored value that is no record; the value itself stays out of it. */
export function noRecord(): StorageUnavailableError {
  return new StorageUnavailableError({
    message: 'The stored value is not a token record.',
    remedy: 'Remove the value if nothing else needs it, and log in again.',
    retryable: false,
  });
}

function parse(stored: unknown): TokenSet {
  try {
    return TokenSet.from(stored);
  } catch {
    throw noRecord();
  }
}
