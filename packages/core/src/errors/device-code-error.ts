import { AuthFlowError, type ErrorDetails } from './auth-flow-error.js';
import { describeRefusal, type OAuthErrorDetails } from './oauth-error-details.js';

/** A device login failed (RFC 8628). @group Errors */
export abstract class DeviceCodeError extends AuthFlowError {}

/** The server gave no device code (RFC 8628 section 3.2). @group Errors */
export class DeviceCodeRequestError extends DeviceCodeError {
  /** HTTP status of the answer. */
  readonly status: number | undefined;
  /** The server's `error` code, if it gave one. */
  readonly error: string | undefined;
  /** The server's explanation, cut to length and without secrets. */
  readonly errorDescription: string | undefined;

  constructor(details: ErrorDetails & Partial<OAuthErrorDetails> = {}) {
    super(
      {
        code: 'DEVICE_CODE_REFUSED',
        message: `The authorization server gave no device code (${describeRefusal(details)}).`,
        remedy: 'Check that the client may use the device grant, and its scope and audience.',
      },
      details,
    );
    this.status = details.status;
    this.error = details.error;
    this.errorDescription = details.errorDescription;
  }
}

/** The person declined (RFC 8628 section 3.5, `access_denied`). @group Errors */
export class DeviceCodeDeniedError extends DeviceCodeError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'DEVICE_CODE_DENIED',
        message: 'The login was declined.',
        remedy: 'Log in again and approve the request.',
      },
      details,
    );
  }
}

/** Nobody approved in time (RFC 8628 section 3.5, `expired_token`). @group Errors */
export class DeviceCodeExpiredError extends DeviceCodeError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'DEVICE_CODE_EXPIRED',
        message: 'The login was not approved before its code ended.',
        remedy: 'Start the login again and approve it in time.',
      },
      details,
    );
  }
}

/** Polling cannot begin or go on. @group Errors */
export class DeviceCodePollingError extends DeviceCodeError {
  /** HTTP status of the answer. */
  readonly status: number | undefined;
  /** The server's `error` code, if it gave one. */
  readonly error: string | undefined;
  /** The server's explanation, cut to length and without secrets. */
  readonly errorDescription: string | undefined;

  constructor(details: ErrorDetails & Partial<OAuthErrorDetails> = {}) {
    super(
      {
        code: 'DEVICE_CODE_POLLING',
        message: `The authorization server ended the login (${describeRefusal(details)}).`,
        remedy: 'Start the login again.',
      },
      details,
    );
    this.status = details.status;
    this.error = details.error;
    this.errorDescription = details.errorDescription;
  }
}
