import { closeSync, constants, fstatSync, fsyncSync, linkSync, openSync, writeFileSync } from 'node:fs';
import { giveToFolderOwner } from '../file/file-owner.js';
import { makePrivate } from '../file/private-file.js';
import { codeOf } from '../file/storage-fault.js';
import { createTemporaryFile, removeQuietly } from '../file/temporary-file.js';

/** What systems answer where there are no hard links. EACCES is Android's; the folder itself was just written to. */
const noLinks = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'];

/**
 * Creates a file whose content is there with its name; false when the name is taken, `undefined` where the file system
 * has no hard links. With `isDurable` the content outlives a power cut.
 */
export function linkNewFile(path: string, text: string, { isDurable = false } = {}): boolean | undefined {
  const temporary = createTemporaryFile(path);
  try {
    try {
      giveToFolderOwner(temporary.fd, path);
      writeFileSync(temporary.fd, text);
      if (isDurable) fsyncSync(temporary.fd);
    } finally {
      closeSync(temporary.fd);
    }
    linkSync(temporary.path, path);
    return true;
  } catch (error) {
    const isLink = (error as NodeJS.ErrnoException).syscall === 'link';
    if (isLink && codeOf(error) === 'EEXIST') return false;
    if (isLink && noLinks.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  } finally {
    removeQuietly(temporary.path);
  }
}

/** Creates a file that is empty for a moment; false when the name is taken. It works on every file system. */
export function writeNewFile(path: string, text: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    makePrivate(fd, fstatSync(fd), path);
    giveToFolderOwner(fd, path);
    writeFileSync(fd, text);
    return true;
  } catch (error) {
    removeQuietly(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}
