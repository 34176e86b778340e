import { closeSync, constants, openSync, readSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { patiently, writeThrough } from './atomic-write.js';
import { remove } from './disk-calls.js';
import { readPrivateFile } from './private-file.js';
import { reportOpenFolder } from './private-folder.js';
import { quietly } from './quietly.js';
import { codeOf, storageFault, unusableFile } from './storage-fault.js';
import { createTemporaryFile, temporaryName } from './temporary-file.js';

const roomForRecord = 16 * 1024;

/**
 * Tries what a save of `path` does, and fails where that would, while nothing has been sent yet: a server that rotates
 * takes the old refresh token away before the new one can be saved.
 *
 * @throws StorageUnavailableError
 */
export async function probeSave(path: string): Promise<void> {
  const present = readPrivateFile(path);
  if (present !== undefined) assertReplaceable(path);
  try {
    reportOpenFolder(dirname(path));
  } catch (error) {
    throw storageFault(error, path);
  }
  await probeRoom(path, Math.max(roomForRecord, 4 * (present?.stats.size ?? 0)));
}

/** What could not be removed, so that a folder which only takes files is not filled by trying. */
const stuck = new Set<string>();

/**
 * Writes, syncs and renames a file beside `path`, whatever stands at `path` itself.
 *
 * @throws StorageUnavailableError
 */
export async function probeRoom(path: string, size = roomForRecord): Promise<void> {
  try {
    for (const left of stuck) if (dirname(left) === dirname(path)) await removeStuck(left);
    const temporary = await createTemporaryFile(path);
    const renamed = temporaryName(path);
    let left = temporary.path;
    try {
      await writeThrough(temporary, randomBytes(size), path);
      patiently(renameSync, temporary.path, renamed);
      left = renamed;
    } finally {
      await removeStuck(left).catch(() => stuck.add(left));
    }
  } catch (error) {
    throw storageFault(error, path);
  }
}

async function removeStuck(path: string): Promise<void> {
  try {
    await remove(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  stuck.delete(path);
}

let noise = new Float64Array();

/**
 * Random but for an eighth, since a file system that compresses finds room for any number of zeros. Drawn once, but for a
 * number that tells one file from another.
 */
function randomBytes(size: number): Float64Array {
  const length = Math.ceil(size / Float64Array.BYTES_PER_ELEMENT);
  if (noise.length < length) noise = new Float64Array(length).map(() => Math.random());
  noise[0] = Math.random();
  return noise.subarray(0, length);
}

/**
 * A file that is mounted by itself, as containers do with secrets, can be read and written, but not replaced; one that
 * is immutable (`chattr +i`) not even written. One that is only to be read (0400) can be replaced.
 */
function assertReplaceable(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (error) {
    if (codeOf(error) === 'EPERM') throw storageFault(error, path);
  }
  if (process.platform !== 'linux' || !isMountPoint(path)) return;
  throw unusableFile(path, 'is a mount point, so it cannot be replaced', 'Mount the folder around it instead.');
}

function isMountPoint(path: string): boolean {
  const [file, folder] = [path, dirname(path)].map((each) => quietly(() => mountOf(each)));
  return file !== undefined && folder !== undefined && file !== folder;
}

/** The number of the mount that a file is reached by, which the kernel tells of what is open. */
function mountOf(path: string): string | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return withOpen(path, flags, (fd) =>
    withOpen(`/proc/self/fdinfo/${fd}`, constants.O_RDONLY, (info) => {
      const bytes = Buffer.alloc(256);
      return /^mnt_id:\s*(\d+)/m.exec(bytes.toString('latin1', 0, readSync(info, bytes)))?.[1];
    }),
  );
}

function withOpen<T>(path: string, flags: number, read: (fd: number) => T): T {
  const fd = openSync(path, flags);
  try {
    return read(fd);
  } finally {
    closeSync(fd);
  }
}
