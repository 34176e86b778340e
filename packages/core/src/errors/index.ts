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

export { AuthFlowError, type ErrorDefaults, type ErrorDetails } from './auth-flow-error.js';
export * from './login-required-error.js';
export * from './server-error.js';
export * from './storage-error.js';
export * from './lock-error.js';
export * from './credentials-error.js';
export * from './device-code-error.js';
export * from './redirect-error.js';
export * from './api-error.js';
export type { OAuthErrorDetails } from './oauth-error-details.js';
