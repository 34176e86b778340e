import { closeSync, fstatSync, linkSync, openSync, writeFileSync } from 'node:fs';
import { giveToFolderOwner } from '../file/file-owner.js';
import { flush, newFile } from '../file/disk-calls.js';
import { makePrivate } from '../file/private-file.js';
import { codeOf } from '../file/storage-fault.js';
import {
  createTemporaryFile,
  createTemporaryFileSync,
  removeQuietly,
  type TemporaryFile,
} from '../file/temporary-file.js';

/** What systems answer without hard links; EACCES is Android's, EISDIR Windows'. The folder itself was just written to. */
const noLinks = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EISDIR'];

/**
 * Creates a file whose content is there with its name; false when the name is taken, `undefined` where the file system
 * has no hard links.
 */
export function linkNewFile(path: string, text: string): boolean | undefined {
  const temporary = createTemporaryFileSync(path);
  try {
    try {
      write(temporary, text, path);
    } finally {
      closeSync(temporary.fd);
    }
    return link(temporary, path);
  } finally {
    removeQuietly(temporary.path);
  }
}

/** The same, with a content that outlives a power cut. */
export async function linkDurableFile(path: string, text: string): Promise<boolean | undefined> {
  const temporary = await createTemporaryFile(path);
  try {
    try {
      write(temporary, text, path);
      await flush(temporary.fd);
    } finally {
      closeSync(temporary.fd);
    }
    return link(temporary, path);
  } finally {
    removeQuietly(temporary.path);
  }
}

function write({ fd }: TemporaryFile, text: string, path: string): void {
  giveToFolderOwner(fd, path);
  writeFileSync(fd, text);
}

function link(temporary: TemporaryFile, path: string): boolean | undefined {
  try {
    linkSync(temporary.path, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (noLinks.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Creates a file that is empty for a moment; false when the name is taken. It works on every file system. */
export function writeNewFile(path: string, text: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, newFile, 0o600);
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
