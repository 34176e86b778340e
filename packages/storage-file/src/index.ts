/**
 * Tokens in private files, for the processes of one machine, and the lock alone.
 *
 * @module @latchkey/storage-file
 * @showGroups
 */
export { FileTokenStorage, type FileTokenStorageOptions } from './file-token-storage.js';
export { fileLock, type FileLockOptions } from './lock/file-lock.js';
export type { Locking } from './lock/locking-kind.js';
