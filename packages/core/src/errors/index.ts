/*
 * AuthFlowError
 * ├─ OAuthError                             may come of an answer, and keeps what the server said
 * │   ├─ LoginRequiredError                 log in; nothing else helps
 * │   │   ├─ NoTokensError                  nothing is stored
 * │   │   │   ├─ NoAccessTokenError
 * │   │   │   └─ NoRefreshTokenError
 * │   │   ├─ InvalidRefreshTokenError       the server no longer takes the refresh token
 * │   │   ├─ CredentialMismatchError        the record belongs to another client or account
 * │   │   └─ LoginUnavailableError          nobody can be asked from here
 * │   ├─ TokenEndpointUnavailableError      try again later
 * │   ├─ RefreshOutcomeUnknownError         sent, no answer
 * │   ├─ ClientRejectedError, TokenRequestError, DiscoveryError, RegistrationError, RevocationFailedError
 * │   ├─ DeviceCodeError                    DeviceCodeRequestError, …DeniedError, …ExpiredError, …PollingError
 * │   ├─ ApiError                           UnauthenticatedError (401), UnauthorizedError (403)
 * │   └─ RedirectError                      AuthorizationError, StateMismatchError, IssuerMismatchError,
 * │                                         NonceMismatchError, MissingCodeError, RedirectTimeoutError,
 * │                                         RedirectUnavailableError
 * ├─ NoIdTokenError                         no LoginRequiredError: logging in may not help
 * ├─ StorageUnavailableError                try again later
 * │   └─ RecordUnreadableError              what is stored is no record, or sealed by another key
 * ├─ StorageConflictError
 * ├─ LockTimeoutError, LockLostError, LockUnavailableError
 * ├─ InsecureTransportError
 * └─ CredentialsError                       MissingCredentialsError, CredentialsFileError, EnvironmentVariableError,
 *                                           ProfileDoesNotExistError
 */

export { AuthFlowError, type DefaultsFor, type ErrorDefaults, type ErrorDetails } from './auth-flow-error.js';
export * from './login-required-error.js';
export * from './server-error.js';
export * from './storage-error.js';
export * from './lock-error.js';
export * from './credentials-error.js';
export * from './device-code-error.js';
export * from './redirect-error.js';
export * from './api-error.js';
export { OAuthError, type AnswerDetails, type OAuthErrorDetails } from './oauth-error.js';
