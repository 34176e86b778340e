import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { assertOwner } from './file-owner.js';
import { quietly } from './quietly.js';
import { codeOf, isGoneMeanwhile, storageFault, isFolder, unusableFile } from './storage-fault.js';
import { warn, warnOnce } from './warning.js';

/** The content and the state of a file, read through one descriptor. */
export interface PrivateFile {
  /** Empty when the file is too large to be a token record. */
  readonly text: string;
  readonly stats: Stats;
}

/** Larger files are no token records, in bytes. */
export const largestRecord = 1024 * 1024;

/** What most records are read into, one after the other. */
const usual = Buffer.allocUnsafeSlow(8192);

const isWindows = process.platform === 'win32';

/**
 * Reads a file that only this user may read; `undefined` when there is none. A wider mode is narrowed to 0600 and
 * reported.
 *
 * @throws StorageUnavailableError for links, folders, pipes, files of other users, and failures of the system.
 */
export function readPrivateFile(path: string): PrivateFile | undefined {
  for (let looksLeft = 3; ; looksLeft--) {
    const fd = openExisting(path, constants.O_RDONLY);
    if (fd === undefined) return undefined;
    try {
      const stats = fstatSync(fd);
      assertOwnFile(stats, path);
      narrow(fd, stats, path);
      return readContent(fd, stats);
    } catch (error) {
      if (!isGoneMeanwhile(error) || looksLeft === 1) throw storageFault(error, path); // replaced: look at what is there now
    } finally {
      usual.fill(0); // no token stays in what is kept
      quietly(() => closeSync(fd)); // what was read is read
    }
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

/**
 * Makes a new file 0600 whatever the umask was. Some folders have rules of their own, such as those of vfat and CIFS:
 * there others may be able to read the file, which is reported.
 */
export function makePrivate(fd: number, stats: Stats, path: string): void {
  if (isWindows || (stats.mode & 0o777) === 0o600) return;
  quietly(() => fchmodSync(fd, 0o600));
  if (isOpen(fstatSync(fd))) reportUnprotected(path, stats);
}

/**
 * Refuses what is no regular file, and what another user may have planted. Root may use what a user has in a folder of
 * the same user.
 */
export function assertOwnFile(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw isFolder(path);
  if (!stats.isFile()) throw unusableFile(path, 'is no regular file', 'Move it away, or give another path.');
  assertOwner(stats, path);
}

function narrow(fd: number, stats: Stats, path: string): void {
  if (!isOpen(stats)) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  try {
    fchmodSync(fd, 0o600);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(code)) {
      const why = `has mode ${mode}, so others can read it, and cannot be narrowed (${code})`;
      throw unusableFile(path, why, 'Make it 0600, or store the tokens elsewhere; consider these exposed.');
    }
  }
  if (isOpen(fstatSync(fd))) {
    reportUnprotected(path, stats);
    return;
  }
  warn(
    'TOKEN_FILE_EXPOSED',
    `${path} had mode ${mode}, so others could read it. It is 0600 now; consider its tokens exposed and log in anew.`,
  );
}

/** Whether others may read or write a file, as far as its mode tells. */
function isOpen({ mode }: Stats): boolean {
  return !isWindows && (mode & 0o077) !== 0;
}

/** Once for each file system. */
function reportUnprotected(path: string, { dev }: Stats): void {
  const folder = dirname(path);
  warnOnce(
    'TOKEN_FILE_EXPOSED',
    `${folder} is on a file system that keeps no permissions, so others may read the tokens there. Mount it for this ` +
      'user alone (on vfat and CIFS: uid and umask=077 or file_mode=0600), or store them elsewhere.',
    `unprotected ${dev}`,
  );
}

/**
 * Reads to the end of the file, and not only as far as its size says: on a folder that others reach by another way, that
 * may be an old one until somebody reads beyond it.
 */
function readContent(fd: number, stats: Stats): PrivateFile {
  let bytes = stats.size < usual.length ? usual : Buffer.allocUnsafe(Math.min(stats.size, largestRecord) + 1);
  for (let length = 0; ;) {
    const count = readSync(fd, bytes, length, bytes.length - length, null);
    length += count;
    if (length > largestRecord) return { stats, text: '' };
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(length)]);
    else if (count === 0 || length >= stats.size) {
      const text = bytes.toString('utf8', 0, length).replace(/^\uFEFF/, ''); // an editor's mark of the encoding
      return { stats: length === stats.size ? stats : fstatSync(fd), text };
    }
  }
}
