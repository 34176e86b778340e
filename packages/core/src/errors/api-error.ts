import { AuthFlowError, type ErrorDefaults, type ErrorDetails } from './auth-flow-error.js';
import { describeRefusal, type OAuthErrorDetails } from './oauth-error-details.js';

/** An API refused a request because of its token (RFC 6750 section 3). Made by `explainResponse`. @group Errors */
export abstract class ApiError extends AuthFlowError {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The API's `error` code, if it gave one. */
  readonly error: string | undefined;
  /** The API's explanation, cut to length and without the token. */
  readonly errorDescription: string | undefined;

  protected constructor(defaults: ErrorDefaults, details: ErrorDetails & OAuthErrorDetails) {
    super(defaults, details);
    this.status = details.status;
    this.error = details.error;
    this.errorDescription = details.errorDescription;
  }
}

/** The API does not accept the token, or got none (401; `invalid_token`). @group Errors */
export class UnauthenticatedError extends ApiError {
  constructor(details: ErrorDetails & OAuthErrorDetails) {
    super(
      {
        code: 'UNAUTHENTICATED',
        message: `The API did not accept the token (${describeRefusal(details)}).`,
        remedy:
          'If the token was sent and renewed, compare issuer, audience and scope with what this API expects. ' +
          'If none was sent, add the origin to allowedOrigins.',
      },
      details,
    );
  }
}

/** The API knows who calls, and does not allow this request (403; `insufficient_scope`). @group Errors */
export class UnauthorizedError extends ApiError {
  /** The scopes that the API asks for, separated by spaces, if it said so. */
  readonly scope: string | undefined;

  constructor(details: ErrorDetails & OAuthErrorDetails & { scope?: string | undefined }) {
    const { scope } = details;
    super(
      details.error === 'insufficient_scope'
        ? {
            code: 'INSUFFICIENT_SCOPE',
            message: `The token lacks a scope that this request needs (${describeRefusal(details)}).`,
            remedy: `Add ${scope === undefined ? 'the scope' : `"${scope}"`} to the option scope, and log in again.`,
          }
        : {
            code: 'UNAUTHORIZED',
            message: `The API does not allow this request (${describeRefusal(details)}).`,
            remedy: 'Ask whoever runs the API to allow it for this account; a new token does not help.',
          },
      details,
    );
    this.scope = scope;
  }
}
