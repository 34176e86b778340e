import type { RecordCodec } from '@latchkey/core';
import type { FileLockOptions } from './lock/file-lock.js';

/** Options of `FileTokenStorage`. @group Files */
export interface FileTokenStorageOptions extends FileLockOptions {
  /**
   * Whether the place is a folder with one file per credential, rather than one file for one credential.
   * Set it for many accounts.
   *
   * @defaultValue `false`
   */
  readonly perKey?: boolean | undefined;
  /**
   * Encrypts records at rest: `encryption(keys)` of `@latchkey/core`. Set it where others read the disk or its backups.
   *
   * @defaultValue plain JSON
   */
  readonly codec?: RecordCodec | undefined;
}
