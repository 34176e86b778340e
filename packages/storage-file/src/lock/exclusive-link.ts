import { LockUnavailableError } from '@latchkey/core';
import { linkSync } from 'node:fs';
import { bareCause, codeOf } from '../file/storage-fault.js';

/** Gives a file a second name; false when that name is taken. The content is there with the name. */
export function linkExclusively(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    throw new LockUnavailableError({
      message: `${to} cannot be created: the file system has no hard links (${code}).`,
      remedy: 'Keep the tokens on a file system that has hard links.',
      cause: bareCause(error, code),
    });
  }
}
