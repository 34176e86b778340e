import { AuthFlowError, type DefaultsFor, type ErrorDefaults, type ErrorDetails } from './auth-flow-error.js';
import { brand } from './brand.js';

/** The storage cannot be read or written. It does not mean that there are no tokens. @group Errors */
export class StorageUnavailableError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'StorageUnavailableError';
  static override readonly defaults: ErrorDefaults = {
    code: 'STORAGE_UNAVAILABLE',
    message: 'The token storage cannot be read or written.',
    remedy: 'Restore the storage and try again; no login is needed.',
    retryable: true,
  };
}

/**
 * The stored record is not the one that the save or deletion was meant for: somebody else wrote meanwhile.
 *
 * @group Errors
 */
export class StorageConflictError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'StorageConflictError';
  static override readonly defaults: DefaultsFor<Generations> = ({ expected = 'unknown', found = 'another' }) => ({
    code: 'STORAGE_CONFLICT',
    message: `The stored record has changed: expected generation ${expected}, found ${found}.`,
    remedy: 'Load again and decide anew; flows do so by themselves.',
    retryable: true,
  });

  constructor(details?: ErrorDetails & Generations) {
    super(details);
  }
}

interface Generations {
  readonly expected?: number | undefined;
  readonly found?: number | undefined;
}

/** The storage answers, but what it holds is no record that can be read. A login overwrites it. @group Errors */
export class RecordUnreadableError extends StorageUnavailableError {
  /** @internal */
  static override readonly [brand]: string = 'RecordUnreadableError';
  static override readonly defaults: ErrorDefaults = {
    code: 'RECORD_UNREADABLE',
    message: 'The stored value is not a token record.',
    remedy: 'Remove the value if something else needs its place, or log in again, which overwrites it.',
    retryable: false,
  };
}
