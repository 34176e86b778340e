import type { DefaultsFor, ErrorDefaults } from './auth-flow-error.js';
import { type AnswerDetails, OAuthError, ofStoredScope } from './oauth-error.js';
import { brand } from './brand.js';

/** A login in a browser failed (RFC 6749 section 4.1.2). Nothing was stored. @group Errors */
export abstract class RedirectError extends OAuthError {
  /** @internal */
  static override readonly [brand]: string = 'RedirectError';
}

/** The authorization server redirected back with an error (RFC 6749 section 4.1.2.1). @group Errors */
export class AuthorizationError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'AuthorizationError';
  static override readonly defaults: DefaultsFor<AnswerDetails> = (details) => {
    const { error, errorDescription } = details;
    const said = [error, errorDescription].filter(Boolean).join(', ');
    return /^(access_denied|user_cancelled_\w+)$/.test(error ?? '') // LinkedIn and Apple say the second
      ? {
          code: 'AUTHORIZATION_DENIED',
          message: `The login was declined (${said}).`,
          remedy: 'Log in again and approve the request.',
        }
      : {
          code: 'AUTHORIZATION_REFUSED',
          message: `The authorization server refused the login (${said}).`,
          remedy:
            'Check clientId, redirectUri, scope and parameters against what the server knows of this client.' +
            ofStoredScope(details),
          retryable: error === 'temporarily_unavailable' || error === 'server_error',
        };
  };

  declare readonly error: string;

  constructor(details: AnswerDetails & { error: string }) {
    super(details);
  }
}

/**
 * The redirect does not belong to this login: its `state` is missing or another (RFC 6749 section 10.12).
 *
 * @group Errors
 */
export class StateMismatchError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'StateMismatchError';
  static override readonly defaults: ErrorDefaults = {
    code: 'STATE_MISMATCH',
    message: 'The redirect does not belong to this login: its state is missing or another.',
    remedy: 'Start the login again in this browser. If it happens often, look at where the state is kept.',
  };
}

/** The redirect comes from another authorization server (RFC 9207). @group Errors */
export class IssuerMismatchError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'IssuerMismatchError';
  static override readonly defaults: ErrorDefaults = {
    code: 'ISSUER_MISMATCH',
    message: 'The redirect does not name the authorization server that this login was started at.',
    remedy: 'Start the login again. If it lasts, compare the option issuer with what the server calls itself.',
  };
}

/** The id token that came for the code belongs to another login (OpenID Connect Core section 3.1.3.7). @group Errors */
export class NonceMismatchError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'NonceMismatchError';
  static override readonly defaults: ErrorDefaults = {
    code: 'NONCE_MISMATCH',
    message: 'The id token that came for the code belongs to another login, so its tokens were not kept.',
    remedy: 'Start the login again. If it lasts, the server drops the nonce, or somebody injects codes.',
  };
}

/** The redirect brings neither a code nor an error. @group Errors */
export class MissingCodeError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'MissingCodeError';
  static override readonly defaults: ErrorDefaults = {
    code: 'AUTHORIZATION_CODE_MISSING',
    message: 'The redirect brings no authorization code.',
    remedy: 'Pass the whole URL that the server redirected to, with its query.',
  };
}

/** Nobody came back from the authorization server in time: the window was closed, or it waits unseen. @group Errors */
export class RedirectTimeoutError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'RedirectTimeoutError';
  static override readonly defaults: ErrorDefaults = {
    code: 'REDIRECT_TIMEOUT',
    message: 'Nobody came back from the authorization server in time.',
    remedy: 'Start the login again, and keep its window open until it says that it is done.',
  };
}

/** The redirect cannot be received here. Nobody was asked to log in. @group Errors */
export class RedirectUnavailableError extends RedirectError {
  /** @internal */
  static override readonly [brand]: string = 'RedirectUnavailableError';
  static override readonly defaults: ErrorDefaults = {
    code: 'REDIRECT_UNAVAILABLE',
    message: 'The redirect of the authorization server cannot be received here.',
    remedy: 'Free the port of the redirect URI, or use pasteRedirect, which needs none.',
  };
}
