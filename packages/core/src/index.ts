/**
 * Flows, token sets, errors, and storage in memory and in Keyv. It runs wherever `fetch` and WebCrypto do.
 *
 * @module @latchkey/core
 * @showGroups
 */
export { AuthFlow } from './auth-flow.js';
export type { AuthorizeContext } from './login.js';
export type { AuthorizationRedirect, RedirectContext } from './authorization-redirect.js';
export type { AccessTokenOptions } from './access-token-options.js';
export { ApiKeyFlow, type ApiKeyFlowOptions } from './api-key-flow.js';
export type {
  AuthFlowOptions,
  ClientAssertionOptions,
  ClientAuthentication,
  FlowOptions,
  Rotation,
  ServerEndpoints,
} from './auth-flow-options.js';
export {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  AuthorizationCodeFlowSimple,
  type AuthorizationState,
  type StartedAuthorization,
} from './authorization-code-flow.js';
export {
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  ClientCredentialsFlowSimple,
} from './client-credentials-flow.js';
export type { DeviceCodePrompt } from './device-code.js';
export { DeviceCodeFlow, type DeviceCodeFlowOptions, DeviceCodeFlowSimple } from './device-code-flow.js';
export { encryption, type EncryptionKey, type EncryptionOptions } from './encryption.js';
export * from './errors.js';
export { explainResponse } from './explain-response.js';
export {
  type AssertionContext,
  JwtBearerFlow,
  type JwtBearerFlowOptions,
  JwtBearerFlowSimple,
} from './jwt-bearer-flow.js';
export { PasswordFlow, type PasswordFlowOptions, PasswordFlowSimple } from './password-flow.js';
export type { PrivateKey } from './private-key.js';
export { RefreshTokenFlow, type RefreshTokenFlowOptions, RefreshTokenFlowSimple } from './refresh-token-flow.js';
export type { RetryOptions } from './request-retry.js';
export type { SecretSource } from './secret-source.js';
export type { KeptFresh } from './keep-fresh.js';
export { signAssertion, type SignedAssertionOptions } from './signed-assertion.js';
export { TokenExchangeFlow, type TokenExchangeFlowOptions, TokenExchangeFlowSimple } from './token-exchange-flow.js';
export {
  type AnswerInvalidEvent,
  type FailureEvent,
  type FlowEvent,
  type FlowEventMap,
  FlowEvents,
  type TimedTokenEvent,
  type TokenEvent,
  type TokenSummary,
} from './flow-events.js';
export { FlowHooks } from './flow-hooks.js';
export { StoredAuthFlow, type StoredAuthFlowOptions } from './stored-auth-flow.js';
export { TokenAccessors } from './token-accessors.js';
export { TokenUse } from './token-use.js';
export type { UserInfo } from './user-info.js';
export type { HeldLock, Lock, LockOptions } from './lock.js';
export type { DeleteContext, SaveContext, TokenStorage } from './token-storage.js';
export { type Clock, systemClock } from './clock.js';
export { assertGeneration } from './generation.js';
export type { RecordStamp, TokenRecord, Unanswered } from './token-record.js';
export { TokenSet } from './token-set.js';
export { ProcessLock } from './process-lock.js';
export { MemoryTokenStorage } from './memory-token-storage.js';
export type { KeyvBackend, KeyvEntry } from './keyv-backend.js';
export { KeyvTokenStorage, type KeyvTokenStorageOptions } from './keyv-token-storage.js';
export type { RecordCodec, SealContext } from './record-codec.js';
