import type { DefaultsFor } from './auth-flow-error.js';
import { describeRefusal, OAuthError, type OAuthErrorDetails } from './oauth-error.js';
import { brand } from './brand.js';

/** What an {@link ApiError} is made from: what an API said, free of secrets. @group Errors */
export interface ApiErrorDetails
  extends OAuthErrorDetails, Partial<Pick<ApiError, 'scope' | 'resourceMetadata' | 'acrValues' | 'maxAge'>> {}

/** An API refused a request because of its token (RFC 6750 section 3). Made by `explainResponse`. @group Errors */
export abstract class ApiError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'ApiError';
  declare readonly status: number;
  /** The scopes that the API asks for, separated by spaces, if it said so. */
  readonly scope: string | undefined;
  /** The URL at which the API describes itself (RFC 9728 section 5.1), as it was sent: check it before you follow it. */
  readonly resourceMetadata: string | undefined;
  /** How a person must have logged in, separated by spaces, in order of preference (RFC 9470 section 3). */
  readonly acrValues: string | undefined;
  /** How many seconds ago at most a person must have logged in (RFC 9470 section 3). */
  readonly maxAge: number | undefined;

  constructor(details: ApiErrorDetails) {
    super(details);
    this.scope = details.scope;
    this.resourceMetadata = details.resourceMetadata;
    this.acrValues = details.acrValues;
    this.maxAge = details.maxAge;
  }
}

/** The API does not accept the token, or got none (401; `invalid_token`). @group Errors */
export class UnauthenticatedError extends ApiError {
  /** @internal */
  static override readonly [brand]: string = 'UnauthenticatedError';
  static override readonly defaults: DefaultsFor<ApiErrorDetails> = (details) => {
    const refusal = describeRefusal(details);
    switch (details.error) {
      case 'insufficient_user_authentication':
        return {
          code: 'INSUFFICIENT_USER_AUTHENTICATION',
          message: `The API wants another login than the token comes from, stronger or more recent (${refusal}).`,
          remedy: 'Log in again with acr_values and max_age as acrValues and maxAge say; a renewal does not help.',
        };
      case 'insufficient_claims':
        return {
          code: 'INSUFFICIENT_CLAIMS',
          message: `The API wants a token with other claims (${refusal}).`,
          remedy: 'Log in again with the parameter claims, as it stands on this error; a renewal does not help.',
        };
      default:
        return {
          code: 'UNAUTHENTICATED',
          message: `The API did not accept the token (${refusal}).`,
          remedy:
            'If the token was sent and renewed, compare issuer, audience and scope with what this API expects. ' +
            'If none was sent, add the origin to allowedOrigins.',
        };
    }
  };
}

/** The API knows who calls, and does not allow this request (403; `insufficient_scope`). @group Errors */
export class UnauthorizedError extends ApiError {
  /** @internal */
  static override readonly [brand]: string = 'UnauthorizedError';
  static override readonly defaults: DefaultsFor<ApiErrorDetails> = (details) =>
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
}
