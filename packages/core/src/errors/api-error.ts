import type { DefaultsFor } from './auth-flow-error.js';
import { describeRefusal, OAuthError, type OAuthErrorDetails } from './oauth-error.js';
import { brand } from './brand.js';

/** An API refused a request because of its token (RFC 6750 section 3). Made by `explainResponse`. @group Errors */
export abstract class ApiError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'ApiError';
  declare readonly status: number;
}

/** The API does not accept the token, or got none (401; `invalid_token`). @group Errors */
export class UnauthenticatedError extends ApiError {
  /** @internal */
  static override readonly [brand]: string = 'UnauthenticatedError';
  static override readonly defaults: DefaultsFor<OAuthErrorDetails> = (details) => ({
    code: 'UNAUTHENTICATED',
    message: `The API did not accept the token (${describeRefusal(details)}).`,
    remedy:
      'If the token was sent and renewed, compare issuer, audience and scope with what this API expects. ' +
      'If none was sent, add the origin to allowedOrigins.',
  });

  constructor(details: OAuthErrorDetails) {
    super(details);
  }
}

/** The API knows who calls, and does not allow this request (403; `insufficient_scope`). @group Errors */
export class UnauthorizedError extends ApiError {
  /** @internal */
  static override readonly [brand]: string = 'UnauthorizedError';
  static override readonly defaults: DefaultsFor<OAuthErrorDetails & { scope?: string | undefined }> = (details) =>
    details.error === 'insufficient_scope'
      ? {
          code: 'INSUFFICIENT_SCOPE',
          message: `The token lacks a scope that this request needs (${describeRefusal(details)}).`,
          remedy: `Add ${details.scope === undefined ? 'the scope' : `"${details.scope}"`} to the option scope, and log in again.`,
        }
      : {
          code: 'UNAUTHORIZED',
          message: `The API does not allow this request (${describeRefusal(details)}).`,
          remedy: 'Ask whoever runs the API to allow it for this account; a new token does not help.',
        };

  /** The scopes that the API asks for, separated by spaces, if it said so. */
  readonly scope: string | undefined;

  constructor(details: OAuthErrorDetails & { scope?: string | undefined }) {
    super(details);
    this.scope = details.scope;
  }
}
