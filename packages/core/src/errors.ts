/*
 * AuthFlowError
 * ├─ LoginRequiredError                 log in; nothing else helps
 * │   ├─ NoTokensError                  nothing is stored
 * │   │   ├─ NoAccessTokenError
 * │   │   └─ NoRefreshTokenError
 * │   ├─ InvalidRefreshTokenError       the server no longer takes the refresh token
 * │   └─ CredentialMismatchError        the record belongs to another client or account
 * ├─ NoIdTokenError                     no member of the above: logging in may not help
 * ├─ TokenEndpointUnavailableError      try again later
 * ├─ RefreshOutcomeUnknownError         sent, no answer
 * ├─ StorageUnavailableError            try again later
 * │   └─ RecordUnreadableError          what is stored is no record, or sealed by another key
 * ├─ StorageConflictError
 * ├─ LockTimeoutError, LockLostError, LockUnavailableError
 * ├─ ClientRejectedError, TokenRequestError, DiscoveryError, InsecureTransportError
 * ├─ RevocationFailedError
 * ├─ CredentialsError                   MissingCredentialsError, CredentialsFileError, EnvironmentVariableError,
 * │                                     ProfileDoesNotExistError
 * ├─ DeviceCodeError                    DeviceCodeRequestError, …DeniedError, …ExpiredError, …PollingError
 * ├─ ApiError                           UnauthenticatedError (401), UnauthorizedError (403)
 * └─ RedirectError                      AuthorizationError, StateMismatchError, IssuerMismatchError, NonceMismatchError,
 *                                       MissingCodeError, RedirectTimeoutError, RedirectUnavailableError
 */

export { AuthFlowError, type ErrorDefaults, type ErrorDetails } from './errors/auth-flow-error.js';
export * from './errors/login-required-error.js';
export * from './errors/server-error.js';
export * from './errors/storage-error.js';
export * from './errors/lock-error.js';
export * from './errors/credentials-error.js';
export * from './errors/device-code-error.js';
export * from './errors/redirect-error.js';
export * from './errors/api-error.js';
export type { OAuthErrorDetails } from './errors/oauth-error-details.js';
