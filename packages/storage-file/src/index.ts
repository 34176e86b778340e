export { FileTokenStorage, type FileTokenStorageOptions } from './file-token-storage.js';
export { fileLock, type FileLockOptions } from './file-lock.js';
export type { Locking } from './locking-kind.js';
