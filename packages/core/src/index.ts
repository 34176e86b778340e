export * from './errors.js';
export type { HeldLock, Lock, LockOptions } from './lock.js';
export type { DeleteContext, SaveContext, TokenStorage } from './token-storage.js';
export { type Clock, systemClock } from './clock.js';
export { assertGeneration } from './generation.js';
export { type RecordStamp, type TokenRecord, TokenSet } from './token-set.js';
