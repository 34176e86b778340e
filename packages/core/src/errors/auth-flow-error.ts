/** What an error is made from. `cause` must already be free of secrets. */
export interface ErrorDetails {
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** What a class of errors says unless a case says otherwise. */
export interface ErrorDefaults {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly retryable?: boolean;
}

/** Base of all errors of Latchkey. The caller's own mistakes are `TypeError`s. */
export abstract class AuthFlowError extends Error {
  /** Stable name of the case; each has a heading in `docs/errors.md`. */
  readonly code: string;
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly retryable: boolean;
  /** What to do about it. */
  readonly remedy: string;

  protected constructor(defaults: ErrorDefaults, details: ErrorDetails) {
    super(details.message ?? defaults.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code ?? defaults.code;
    this.retryable = details.retryable ?? defaults.retryable ?? false;
    this.remedy = details.remedy ?? defaults.remedy;
  }
}
