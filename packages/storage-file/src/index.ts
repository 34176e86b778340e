/**
 * Tokens in private files, for the processes of one machine, and the lock alone.
 *
 * @module @latchkey/storage-file
 * @showGroups
 */
export { FileTokenStorage, type FileTokenStorageOptions } from './file-token-storage.js';
export { fileLock, type FileLockOptions } from './file-lock.js';
export type { Locking } from './locking-kind.js';
