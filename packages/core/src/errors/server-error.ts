import { AuthFlowError, type DefaultsFor, type ErrorDefaults } from './auth-flow-error.js';
import { type AnswerDetails, describeRefusal, OAuthError, type OAuthErrorDetails } from './oauth-error.js';
import { brand } from './brand.js';

/** The token endpoint, or another endpoint of the authorization server, gave no usable answer for now. @group Errors */
export class TokenEndpointUnavailableError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'TokenEndpointUnavailableError';
  static override readonly defaults: ErrorDefaults = {
    code: 'TOKEN_ENDPOINT_UNAVAILABLE',
    message: 'The authorization server could not be reached or did not answer as it should.',
    remedy: 'Try again later. What is stored was kept; this is no reason to log in anew.',
    retryable: true,
  };

  /** Whether a request with a grant may have reached the server; false when surely none did. */
  readonly mayHaveArrived: boolean;

  constructor(details: AnswerDetails & { mayHaveArrived?: boolean | undefined } = {}) {
    super(details);
    this.mayHaveArrived = details.mayHaveArrived ?? true;
  }
}

/** The refresh token was sent, but no usable answer came, so the server may have replaced it. @group Errors */
export class RefreshOutcomeUnknownError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'RefreshOutcomeUnknownError';
  static override readonly defaults: ErrorDefaults = {
    code: 'REFRESH_OUTCOME_UNKNOWN',
    message: 'The refresh token was sent, but no answer came back: the server may or may not have replaced it.',
    remedy: 'Try again: the refresh token was kept and is presented again. If the server refuses it then, log in.',
    retryable: true,
  };
}

/**
 * The authorization server refuses the client itself (RFC 6749 section 5.2, `invalid_client`; 401 or 403).
 *
 * @group Errors
 */
export class ClientRejectedError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'ClientRejectedError';
  static override readonly defaults: DefaultsFor<OAuthErrorDetails> = (details) => ({
    code: 'CLIENT_REJECTED',
    message: `The authorization server refused the client (${describeRefusal(details)}).`,
    remedy:
      'Check clientId, clientSecret and clientAuthentication, and that the client may use this grant. If error is invalid_client, ' +
      'one that registered itself may be forgotten: name it as refused to discoverResource, and log in.',
  });

  declare readonly status: number;

  constructor(details: OAuthErrorDetails) {
    super(details);
  }
}

/**
 * The authorization server refused the request (RFC 6749 section 5.2), or answered it without a token.
 *
 * @group Errors
 */
export class TokenRequestError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'TokenRequestError';
  static override readonly defaults: DefaultsFor<OAuthErrorDetails> = (details) => ({
    code: 'TOKEN_REQUEST_REFUSED',
    message: `The authorization server refused the request (${describeRefusal(details)}).`,
    remedy: 'Check scope, audience and parameters against what the server allows this client.',
  });

  declare readonly status: number;

  constructor(details: OAuthErrorDetails) {
    super(details);
  }
}

/** The server's metadata cannot be used (RFC 8414 section 3.3, OpenID Connect Discovery section 4.3). @group Errors */
export class DiscoveryError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'DiscoveryError';
  static override readonly defaults: ErrorDefaults = {
    code: 'DISCOVERY_INVALID',
    message: "The authorization server's metadata cannot be used.",
    remedy: 'Check the issuer, or give the endpoints by the option server.',
  };
}

/** An authorization server does not register a client (RFC 7591 section 3.2.2), or takes none. @group Errors */
export class RegistrationError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'RegistrationError';
  static override readonly defaults: DefaultsFor<AnswerDetails> = (details) => ({
    code: 'REGISTRATION_REFUSED',
    message: `The authorization server did not register the client (${describeRefusal(details)}).`,
    remedy: 'Look at what the server says; or register a client there by hand, and give its clientId.',
  });
}

/** A URL is neither HTTPS nor on loopback. @group Errors */
export class InsecureTransportError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'InsecureTransportError';
  static override readonly defaults: ErrorDefaults = {
    code: 'INSECURE_TRANSPORT',
    message: 'Tokens travel over HTTPS only, except to loopback.',
    remedy: 'Use an https: URL.',
  };
}

/** The tokens were deleted here, but the server did not confirm their revocation (RFC 7009). @group Errors */
export class RevocationFailedError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'RevocationFailedError';
  static override readonly defaults: ErrorDefaults = {
    code: 'REVOCATION_FAILED',
    message: 'The tokens were deleted here, but the authorization server did not confirm their revocation.',
    remedy: "Revoke the access in the server's own account page if it matters; the tokens may live until they end.",
  };
}
