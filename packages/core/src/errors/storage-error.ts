import { AuthFlowError, type ErrorDetails } from './auth-flow-error.js';

/** The storage cannot be read or written. It does not mean that there are no tokens. @group Errors */
export class StorageUnavailableError extends AuthFlowError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'STORAGE_UNAVAILABLE',
        message: 'The token storage cannot be read or written.',
        remedy: 'Restore the storage and try again; no login is needed.',
        retryable: true,
      },
      details,
    );
  }
}

/**
 * The stored record is not the one that the save or deletion was meant for: somebody else wrote meanwhile.
 *
 * @group Errors
 */
export class StorageConflictError extends AuthFlowError {
  constructor(details: ErrorDetails & { expected?: number | undefined; found?: number | undefined } = {}) {
    super(
      {
        code: 'STORAGE_CONFLICT',
        message: `The stored record has changed: expected generation ${details.expected ?? 'unknown'}, found ${details.found ?? 'another'}.`,
        remedy: 'Load again and decide anew; flows do so by themselves.',
        retryable: true,
      },
      details,
    );
  }
}

/** The storage answers, but what it holds is no record that can be read. A login overwrites it. @group Errors */
export class RecordUnreadableError extends StorageUnavailableError {
  constructor(details: ErrorDetails = {}) {
    super({
      code: 'RECORD_UNREADABLE',
      message: 'The stored value is not a token record.',
      remedy: 'Remove the value if something else needs its place, or log in again, which overwrites it.',
      retryable: false,
      ...details,
    });
  }
}
