import { AuthFlowError, type DefaultsFor, type ErrorDefaults, type ErrorDetails } from './auth-flow-error.js';
import { type AnswerDetails, describeRefusal, OAuthError } from './oauth-error.js';
import { brand } from './brand.js';

/** Somebody has to log in again. One catch of this class covers every such case. @group Errors */
export class LoginRequiredError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'LoginRequiredError';
  static override readonly defaults: DefaultsFor<AnswerDetails> = {
    code: 'LOGIN_REQUIRED',
    message: 'A login is needed.',
    remedy: 'Log in again, for example with doFlow().',
  };

  /** `details` count before `defaults`, and these before those of the class. */
  constructor(details?: AnswerDetails, defaults?: ErrorDetails) {
    super(defaults, details);
  }
}

/** Nothing is stored for this credential. @group Errors */
export class NoTokensError extends LoginRequiredError {
  /** @internal */
  static override readonly [brand]: string = 'NoTokensError';
  static override readonly defaults: ErrorDefaults = {
    code: 'NO_TOKENS',
    message: 'No tokens are stored for this credential.',
    remedy: 'Log in, for example with doFlow(), or check that the storage is the one the login used.',
  };
}

/** There are tokens, but no access token. @group Errors */
export class NoAccessTokenError extends NoTokensError {
  /** @internal */
  static override readonly [brand]: string = 'NoAccessTokenError';
  static override readonly defaults: ErrorDefaults = {
    code: 'NO_ACCESS_TOKEN',
    message: 'The stored tokens hold no access token.',
    remedy: 'Call getAccessTokenRefreshIfNecessary() without noAutoRefresh, or log in.',
  };
}

/** There are tokens, but no refresh token, and this flow needs a person for a new login. @group Errors */
export class NoRefreshTokenError extends NoTokensError {
  /** @internal */
  static override readonly [brand]: string = 'NoRefreshTokenError';
  static override readonly defaults: ErrorDefaults = {
    code: 'NO_REFRESH_TOKEN',
    message: 'The access token must be renewed, but no refresh token is stored.',
    remedy:
      'Log in again, with the scope offline_access if the server gives refresh tokens only then. Some want prompt=consent beside it ' +
      "(OpenID Connect Core section 11): parameters: { prompt: 'consent' } for a device login, authorizationParameters for one in a " +
      'browser. Others give one only to clients that are allowed the grant type refresh_token.',
  };
}

/**
 * The authorization server no longer accepts the refresh token (RFC 6749 section 5.2, `invalid_grant`).
 *
 * @group Errors
 */
export class InvalidRefreshTokenError extends LoginRequiredError {
  /** @internal */
  static override readonly [brand]: string = 'InvalidRefreshTokenError';
  static override readonly defaults: DefaultsFor<AnswerDetails> = (details) => ({
    code: 'INVALID_REFRESH_TOKEN',
    message:
      "The authorization server refused the refresh token: it has expired, was revoked or used before, or is another client's" +
      (details.status === undefined ? '.' : ` (${describeRefusal(details)}).`),
    remedy: 'Log in again. Until then, noAutoRefresh returns the present access token as it is.',
  });
}

/** What is known of a record that belongs to somebody else. @group Errors */
export interface MismatchDetails extends AnswerDetails {
  /** Whether it is a program's, so that a flow that needs no person may overwrite it. @defaultValue false: unknown too */
  readonly isPrograms?: boolean;
}

/** The stored record belongs to another client, account or server, or to another kind of grant. @group Errors */
export class CredentialMismatchError extends LoginRequiredError {
  /** Whether the record is a program's, which can ask anew; false for a login, and where that is unknown. */
  readonly isPrograms: boolean;

  /** @internal */
  static override readonly [brand]: string = 'CredentialMismatchError';
  static override readonly defaults: ErrorDefaults = {
    code: 'CREDENTIAL_MISMATCH',
    message: 'The stored tokens belong to another client, account, authorization server or kind of grant.',
    remedy: 'Use another place for this credential, or log in again, which overwrites the record.',
  };

  constructor(details: MismatchDetails = {}) {
    super(details);
    this.isPrograms = details.isPrograms ?? false;
  }
}

/** Somebody has to log in, and nobody can be asked from here. @group Errors */
export class LoginUnavailableError extends LoginRequiredError {
  /** @internal */
  static override readonly [brand]: string = 'LoginUnavailableError';
  static override readonly defaults: ErrorDefaults = {
    code: 'LOGIN_UNAVAILABLE',
    message: 'Nobody can be asked to log in from here.',
    remedy: 'Log in where a terminal or a browser is; programs without one renew what that login stored.',
  };
}

/** There is no id token. Logging in may not help: the server gives one only for the scope `openid`. @group Errors */
export class NoIdTokenError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'NoIdTokenError';
  static override readonly defaults: ErrorDefaults = {
    code: 'NO_ID_TOKEN',
    message: 'The stored tokens hold no id token.',
    remedy: 'Ask for the scope openid when logging in, if the server is an OpenID provider.',
  };
}
