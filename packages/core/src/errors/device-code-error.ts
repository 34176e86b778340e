import type { DefaultsFor, ErrorDefaults } from './auth-flow-error.js';
import { type AnswerDetails, describeRefusal, OAuthError, ofStoredScope } from './oauth-error.js';
import { brand } from './brand.js';

/** A device login failed (RFC 8628). @group Errors */
export abstract class DeviceCodeError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'DeviceCodeError';
}

/** The server gave no device code (RFC 8628 section 3.2). @group Errors */
export class DeviceCodeRequestError extends DeviceCodeError {
  /** @internal */
  static override readonly [brand]: string = 'DeviceCodeRequestError';
  static override readonly defaults: DefaultsFor<AnswerDetails> = (details) => ({
    code: 'DEVICE_CODE_REFUSED',
    message: `The authorization server gave no device code (${describeRefusal(details)}).`,
    remedy: `Check clientId, clientSecret, the device grant, scope and audience.${ofStoredScope(details)}`,
  });
}

/** The person declined (RFC 8628 section 3.5, `access_denied`). @group Errors */
export class DeviceCodeDeniedError extends DeviceCodeError {
  /** @internal */
  static override readonly [brand]: string = 'DeviceCodeDeniedError';
  static override readonly defaults: ErrorDefaults = {
    code: 'DEVICE_CODE_DENIED',
    message: 'The login was declined.',
    remedy: 'Log in again and approve the request.',
  };
}

/** Nobody approved in time (RFC 8628 section 3.5, `expired_token`). @group Errors */
export class DeviceCodeExpiredError extends DeviceCodeError {
  /** @internal */
  static override readonly [brand]: string = 'DeviceCodeExpiredError';
  static override readonly defaults: ErrorDefaults = {
    code: 'DEVICE_CODE_EXPIRED',
    message: 'The login was not approved before its code ended.',
    remedy: 'Start the login again and approve it in time.',
  };
}

/** Polling cannot begin or go on. @group Errors */
export class DeviceCodePollingError extends DeviceCodeError {
  /** @internal */
  static override readonly [brand]: string = 'DeviceCodePollingError';
  static override readonly defaults: DefaultsFor<AnswerDetails> = (details) => ({
    code: 'DEVICE_CODE_POLLING',
    message: `The authorization server ended the login (${describeRefusal(details)}).`,
    remedy: 'Start the login again.',
  });
}
