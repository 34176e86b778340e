import { AuthFlowError, type ErrorDetails } from './auth-flow-error.js';
import { describeRefusal, type OAuthErrorDetails } from './oauth-error-details.js';

/** The token endpoint, or another endpoint of the authorization server, gave no usable answer for now. @group Errors */
export class TokenEndpointUnavailableError extends AuthFlowError {
  /** HTTP status of the answer; `undefined` when there was none. */
  readonly status: number | undefined;
  /** Seconds to wait, when the server said so (RFC 9110 section 10.2.3). */
  readonly retryAfter: number | undefined;
  /** Whether a request with a grant may have reached the server; false when surely none did. */
  readonly mayHaveArrived: boolean;

  constructor(
    details: ErrorDetails & {
      status?: number | undefined;
      retryAfter?: number | undefined;
      mayHaveArrived?: boolean | undefined;
    } = {},
  ) {
    super(
      {
        code: 'TOKEN_ENDPOINT_UNAVAILABLE',
        message: 'The authorization server could not be reached or did not answer as it should.',
        remedy: 'Try again later. What is stored was kept; this is no reason to log in anew.',
        retryable: true,
      },
      details,
    );
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.mayHaveArrived = details.mayHaveArrived ?? true;
  }
}

/** The refresh token was sent, but no usable answer came, so the server may have replaced it. @group Errors */
export class RefreshOutcomeUnknownError extends AuthFlowError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'REFRESH_OUTCOME_UNKNOWN',
        message: 'The refresh token was sent, but no answer came back: the server may or may not have replaced it.',
        remedy:
          'Try again: the refresh token was kept and is presented once more. If the server refuses it then, log in.',
        retryable: true,
      },
      details,
    );
  }
}

/**
 * The authorization server refuses the client itself (RFC 6749 section 5.2, `invalid_client`; 401 or 403).
 *
 * @group Errors
 */
export class ClientRejectedError extends AuthFlowError {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The server's `error` code, if it gave one. */
  readonly error: string | undefined;
  /** The server's explanation, cut to length and without secrets. */
  readonly errorDescription: string | undefined;

  constructor(details: ErrorDetails & OAuthErrorDetails) {
    super(
      {
        code: 'CLIENT_REJECTED',
        message: `The authorization server refused the client (${describeRefusal(details)}).`,
        remedy: 'Check clientId, clientSecret and clientAuthentication, and that the client may use this grant.',
      },
      details,
    );
    this.status = details.status;
    this.error = details.error;
    this.errorDescription = details.errorDescription;
  }
}

/**
 * The authorization server refused the request (RFC 6749 section 5.2), or answered it without a token.
 *
 * @group Errors
 */
export class TokenRequestError extends AuthFlowError {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The server's `error` code, if it gave one. */
  readonly error: string | undefined;
  /** The server's explanation, cut to length and without secrets. */
  readonly errorDescription: string | undefined;

  constructor(details: ErrorDetails & OAuthErrorDetails) {
    super(
      {
        code: 'TOKEN_REQUEST_REFUSED',
        message: `The authorization server refused the request (${describeRefusal(details)}).`,
        remedy: 'Check scope, audience and parameters against what the server allows this client.',
      },
      details,
    );
    this.status = details.status;
    this.error = details.error;
    this.errorDescription = details.errorDescription;
  }
}

/** The server's metadata cannot be used (RFC 8414 section 3.3, OpenID Connect Discovery section 4.3). @group Errors */
export class DiscoveryError extends AuthFlowError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'DISCOVERY_INVALID',
        message: "The authorization server's metadata cannot be used.",
        remedy: 'Check the issuer, or give the endpoints by the option server.',
      },
      details,
    );
  }
}

/** A URL is neither HTTPS nor on loopback. @group Errors */
export class InsecureTransportError extends AuthFlowError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'INSECURE_TRANSPORT',
        message: 'Tokens travel over HTTPS only, except to loopback.',
        remedy: 'Use an https: URL.',
      },
      details,
    );
  }
}

/** The tokens were deleted here, but the server did not confirm their revocation (RFC 7009). @group Errors */
export class RevocationFailedError extends AuthFlowError {
  constructor(details: ErrorDetails = {}) {
    super(
      {
        code: 'REVOCATION_FAILED',
        message: 'The tokens were deleted here, but the authorization server did not confirm their revocation.',
        remedy: "Revoke the access in the server's own account page if it matters; the tokens may live until they end.",
      },
      details,
    );
  }
}
