/**
 * Flows, token sets, errors, and storage in memory and in Keyv. It runs wherever `fetch` and WebCrypto do and one request
 * may wait for what another began, which a Cloudflare worker does not allow.
 *
 * @module @latchkey/core
 * @showGroups
 */
export { AuthFlow } from './flow/auth-flow.js';
export type { AuthorizeContext } from './renewal/authorize-context.js';
export type { AuthorizationRedirect, RedirectContext } from './options/login-redirect.js';
export type { AccessTokenOptions } from './options/access-token-options.js';
export { ApiKeyFlow, type ApiKeyFlowOptions } from './grants/api-key-flow.js';
export type {
  ClientAssertionContext,
  ClientAssertionOptions,
  ClientAuthentication,
} from './options/client-authentication.js';
export type { AuthFlowOptions, FlowOptions, RetryOptions } from './options/flow-options.js';
export type { ServerEndpoints } from './options/server-endpoints.js';
export type { ServerDialect, TokenAnswer, TokenRequest } from './options/server-dialect.js';
export type { UnreadAnswer } from './tokens/unread-answer.js';
export {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  AuthorizationCodeFlowSimple,
} from './grants/authorization-code-flow.js';
export type { AuthorizationState, StartedAuthorization } from './grants/authorization-state.js';
export {
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  ClientCredentialsFlowSimple,
} from './grants/client-credentials-flow.js';
export type { DeviceCodePrompt } from './server/device-code.js';
export { DeviceCodeFlow, type DeviceCodeFlowOptions, DeviceCodeFlowSimple } from './grants/device-code-flow.js';
export { encryption, type EncryptionKey, type EncryptionOptions } from './storage/encryption.js';
export * from './errors/index.js';
export { explainResponse } from './fetch/explain-response.js';
export {
  type AssertionContext,
  JwtBearerFlow,
  type JwtBearerFlowOptions,
  JwtBearerFlowSimple,
} from './grants/jwt-bearer-flow.js';
export { PasswordFlow, type PasswordFlowOptions, PasswordFlowSimple } from './grants/password-flow.js';
export type { PrivateKey } from './crypto/private-key.js';
export { RefreshTokenFlow, type RefreshTokenFlowOptions, RefreshTokenFlowSimple } from './grants/refresh-token-flow.js';
export type { SecretSource } from './options/secret-source.js';
export type { KeptFresh } from './renewal/keep-fresh.js';
export type { SignedAssertionOptions } from './grants/assertion-signer.js';
export { signAssertion } from './grants/signed-assertion.js';
export {
  TokenExchangeFlow,
  type TokenExchangeFlowOptions,
  TokenExchangeFlowSimple,
} from './grants/token-exchange-flow.js';
export {
  type AnswerInvalidEvent,
  type FailureEvent,
  type FlowEvent,
  type FlowEventMap,
  FlowEvents,
  type TimedTokenEvent,
  type TokenEvent,
  type TokenSummary,
} from './tokens/flow-events.js';
export { StoredAuthFlow, type StoredAuthFlowOptions } from './flow/stored-auth-flow.js';
export type { UserInfo } from './fetch/user-info.js';
export type { HeldLock, Lock, LockOptions } from './storage/lock.js';
export type { DeleteContext, SaveContext, TokenStorage } from './storage/token-storage.js';
export { type Clock, systemClock } from './platform/clock.js';
export { assertGeneration } from './tokens/generation.js';
export { programRecordLifetime } from './tokens/record-owner.js';
export type { RecordStamp, Suspected, TokenRecord, Unanswered } from './tokens/token-record.js';
export { settled } from './renewal/settled.js';
export { TokenSet } from './tokens/token-set.js';
export { ProcessLock } from './storage/process-lock.js';
export { MemoryTokenStorage } from './storage/memory-token-storage.js';
export type { KeyvBackend, KeyvEntry } from './storage/keyv-backend.js';
export { KeyvTokenStorage, type KeyvTokenStorageOptions } from './storage/keyv-token-storage.js';
export { openRecord, type RecordCodec, sealRecord, type SealContext } from './storage/record-codec.js';
export { readLogin } from './storage/read-login.js';
export type { StoredLogin } from './storage/stored-login.js';
