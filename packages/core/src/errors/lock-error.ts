import { AuthFlowError, type DefaultsFor, type ErrorDefaults, type ErrorDetails } from './auth-flow-error.js';
import { brand } from './brand.js';

/** Another process held the lock for too long. @group Errors */
export class LockTimeoutError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'LockTimeoutError';
  static override readonly defaults: DefaultsFor<{ holder?: number | undefined }> = ({ holder }) => ({
    code: 'LOCK_TIMEOUT',
    message: `The lock of this credential was held for too long${holder === undefined ? '' : ` by process ${holder}`}.`,
    remedy: 'Try again; if it lasts, look at what the holder is doing, or raise lockTimeout.',
    retryable: true,
  });

  /** Process id of the holder, where the lock knows it. */
  readonly holder: number | undefined;

  constructor(details: ErrorDetails & { holder?: number | undefined } = {}) {
    super(details);
    this.holder = details.holder;
  }
}

/** The lock was lost before the step that needs it: nothing was sent, or nothing was written. @group Errors */
export class LockLostError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'LockLostError';
  static override readonly defaults: ErrorDefaults = {
    code: 'LOCK_LOST',
    message: 'The lock of this credential was lost, so the step that needs it was not taken.',
    remedy: 'Try again. If it happens often, the process is being paused or its storage is slow.',
    retryable: true,
  };
}

/** There can be no lock here: its parts are missing, or the others use another kind. Nothing was sent. @group Errors */
export class LockUnavailableError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'LockUnavailableError';
  static override readonly defaults: ErrorDefaults = {
    code: 'LOCK_UNAVAILABLE',
    message: 'No lock can be taken here.',
    remedy: "Use one kind of locking for all processes; locking: 'lockfile' needs no native addon.",
  };
}
