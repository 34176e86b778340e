import { type AuthFlowError, ClientRejectedError, TokenRequestError } from '@latchkey/core';

/** The account has as many sessions as it may have. */
export class SessionQuotaError extends TokenRequestError {
  /** Whether this session was ended by another one that took sign-on control. */
  readonly isTakenOver: boolean;

  constructor({ status, error, errorDescription }: Refusal, isTakenOver: boolean) {
    const what = isTakenOver ? 'This session was ended: another one took' : 'Another session has';
    super({
      status,
      error,
      errorDescription,
      code: 'SESSION_QUOTA_REACHED',
      message: `${what} the sign-on of this account, and it may have no further one.`,
      remedy: 'End the other session, or take its place by takeExclusiveSignOnControl.',
    });
    this.isTakenOver = isTakenOver;
  }
}

type Refusal = TokenRequestError | ClientRejectedError;

/** Tells a refusal because of the quota by the only thing that marks it, its description. */
export function isQuotaRefusal(error: unknown): error is AuthFlowError & Refusal {
  const isRefusal = error instanceof TokenRequestError || error instanceof ClientRejectedError;
  return isRefusal && /session quota/i.test(error.errorDescription ?? '');
}
