import { closeSync, constants, openSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { rename, writeThrough } from './atomic-write.js';
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
export function probeSave(path: string): void {
  const present = readPrivateFile(path);
  if (present !== undefined) assertReplaceable(path);
  try {
    reportOpenFolder(dirname(path));
  } catch (error) {
    throw storageFault(error, path);
  }
  probeRoom(path, Math.max(roomForRecord, 4 * (present?.stats.size ?? 0)));
}

/** What could not be removed, by its folder, so that a folder which only takes files is not filled by trying. */
const stuck = new Map<string, string>();

/**
 * Writes, syncs and renames a file beside `path`, whatever stands at `path` itself.
 *
 * @throws StorageUnavailableError
 */
export function probeRoom(path: string, size = roomForRecord): void {
  const folder = dirname(path);
  try {
    removeStuck(folder);
    const temporary = createTemporaryFile(path);
    const renamed = temporaryName(path);
    stuck.set(folder, temporary.path);
    try {
      writeThrough(temporary, randomBytes(size), path);
      rename(temporary.path, renamed);
      stuck.set(folder, renamed);
    } finally {
      quietly(() => removeStuck(folder));
    }
  } catch (error) {
    throw storageFault(error, path);
  }
}

function removeStuck(folder: string): void {
  const path = stuck.get(folder);
  try {
    if (path !== undefined) unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  stuck.delete(folder);
}

/** Random, since a file system that compresses finds room for any number of zeros. `size` is a multiple of 4. */
function randomBytes(size: number): Uint32Array {
  const numbers = new Uint32Array(size / 4);
  for (let index = 0; index < numbers.length; index++) numbers[index] = Math.random() * 0x1_0000_0000;
  return numbers;
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
  if (process.platform !== 'linux' || !mountPoints().includes(path.replace(/[\s\\]/g, asOctal))) return;
  throw unusableFile(path, 'is a mount point, so it cannot be replaced', 'Mount the folder around it instead.');
}

/** Not read as UTF-8 at once: in that Node's shortcut a close that fails ends the process. */
function mountPoints(): readonly (string | undefined)[] {
  const lines =
    quietly(() => readFileSync('/proc/self/mountinfo'))
      ?.toString()
      .split('\n') ?? [];
  return lines.map((line) => line.split(' ')[4]);
}

function asOctal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
