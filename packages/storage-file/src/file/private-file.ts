import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { codeOf, storageFault, unusableFile } from './storage-fault.js';
import { warn } from './warning.js';

/** The content and the state of a file, read through one descriptor. */
export interface PrivateFile {
  /** Empty when the file is too large to be a token record. */
  readonly text: string;
  readonly stats: Stats;
}

/** Larger files are no token records, in bytes. */
export const largestRecord = 1024 * 1024;

const isWindows = process.platform === 'win32';

/**
 * Reads a file that only this user may read; `undefined` when there is none. A wider mode is narrowed to 0600 and
 * reported.
 *
 * @throws StorageUnavailableError for links, folders, pipes, files of other users, and failures of the system.
 */
export function readPrivateFile(path: string): PrivateFile | undefined {
  const fd = openExisting(path, constants.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd);
    assertOwnFile(stats, path);
    narrow(fd, stats, path);
    return { stats, text: stats.size > largestRecord ? '' : readText(fd, stats.size) };
  } catch (error) {
    throw storageFault(error, path);
  } finally {
    closeSync(fd);
  }
}

/** Opens without following a link, and without waiting for the other end of a pipe; `undefined` when absent. */
export function openExisting(path: string, access: number): number | undefined {
  try {
    if (isWindows && lstatSync(path).isSymbolicLink()) throw Object.assign(new Error(), { code: 'ELOOP' });
    return openSync(path, access | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storageFault(error, path);
  }
}

/** Makes an open file 0600 whatever the umask was; fails on file systems that keep no permissions. */
export function makePrivate(fd: number, path: string): void {
  if (isWindows) return;
  fchmodSync(fd, 0o600);
  if ((fstatSync(fd).mode & 0o077) === 0) return;
  throw unusableFile(path, 'its file system keeps no permissions', 'Store the tokens on a file system that does.');
}

export function assertOwnFile(stats: Stats, path: string): void {
  if (!stats.isFile()) throw unusableFile(path, 'is no regular file', 'Move it away, or give another path.');
  const user = process.geteuid?.() ?? 0;
  if (user !== 0 && stats.uid !== user) {
    throw unusableFile(
      path,
      `belongs to user ${stats.uid}, not to ${user}`,
      'Give the file to this user, or remove it.',
    );
  }
}

function narrow(fd: number, stats: Stats, path: string): void {
  if (isWindows || (stats.mode & 0o077) === 0) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  try {
    makePrivate(fd, path);
  } catch (error) {
    const why = `has mode ${mode}, so others can read it, and cannot be narrowed (${codeOf(error) ?? 'no effect'})`;
    throw unusableFile(path, why, 'Make it 0600, or store the tokens elsewhere; consider these exposed.');
  }
  warn(
    'TOKEN_FILE_EXPOSED',
    `${path} had mode ${mode}, so others could read it. It is 0600 now; consider its tokens exposed and log in anew.`,
  );
}

function readText(fd: number, size: number): string {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const count = readSync(fd, bytes, length, size - length, null);
    if (count === 0) break;
    length += count;
  }
  return bytes.toString('utf8', 0, length);
}
