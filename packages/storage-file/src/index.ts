/**
 * Tokens in private files, for the processes of one machine, and the lock alone.
 *
 * @module @latchkey/storage-file
 * @showGroups
 */
export { FileTokenStorage } from './file-token-storage.js';
export type { FileTokenStorageOptions } from './file-token-storage-options.js';
export type { FilePlace } from './file/token-file-path.js';
export { fileLock, type FileLockOptions } from './lock/file-lock.js';
export type { Locking } from './lock/locking-kind.js';
