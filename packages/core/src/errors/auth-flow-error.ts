/** What an error is made from. `cause` must already be free of secrets. @group Errors */
export interface ErrorDetails {
  /** Stands in for the class's own code. */
  readonly code?: string;
  /** Stands in for the class's own message: what happened, and what it means. */
  readonly message?: string;
  /** Stands in for the class's own remedy: what to do. */
  readonly remedy?: string;
  /** Stands in for the class's own answer. */
  readonly retryable?: boolean;
  /** What led to it. */
  readonly cause?: unknown;
}

/** What a class of errors says unless a case says otherwise. @group Errors */
export interface ErrorDefaults {
  /** Stable name of the case. */
  readonly code: string;
  /** What happened, and what it means. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  /** @defaultValue false */
  readonly retryable?: boolean;
}

/** Base of all errors of Latchkey. The caller's own mistakes are `TypeError`s. @group Errors */
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
