import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makePrivate, readPrivateFile } from './private-file.js';
import { reportOpenFolder } from './private-folder.js';
import { quietly } from './quietly.js';
import { storageFault, unusableFile } from './storage-fault.js';
import { createTemporaryFile, removeQuietly } from './temporary-file.js';

const roomForRecord = 16 * 1024;

/**
 * Fails where a save of `path` would fail, while nothing has been sent yet: a server that rotates takes the old
 * refresh token away before the new one can be saved.
 *
 * @throws StorageUnavailableError
 */
export function probeSave(path: string): void {
  const present = readPrivateFile(path);
  if (present !== undefined) assertReplaceable(path);
  try {
    reportOpenFolder(dirname(path));
    writeAndRemove(path, Math.max(roomForRecord, 4 * (present?.stats.size ?? 0)), (fd) => makePrivate(fd, path));
  } catch (error) {
    throw storageFault(error, path);
  }
}

/**
 * Fails where a file like `path` could not be written, whatever stands at `path` itself.
 *
 * @throws StorageUnavailableError
 */
export function probeRoom(path: string): void {
  try {
    writeAndRemove(path, roomForRecord, () => undefined);
  } catch (error) {
    throw storageFault(error, path);
  }
}

function writeAndRemove(path: string, size: number, check: (fd: number) => void): void {
  const temporary = createTemporaryFile(path);
  try {
    try {
      check(temporary.fd);
      writeFileSync(temporary.fd, randomBytes(size));
    } finally {
      closeSync(temporary.fd);
    }
  } finally {
    removeQuietly(temporary.path);
  }
}

/** Random, since a file system that compresses finds room for any number of zeros. `size` is a multiple of 4. */
function randomBytes(size: number): Uint32Array {
  const numbers = new Uint32Array(size / 4);
  for (let index = 0; index < numbers.length; index++) numbers[index] = Math.random() * 0x1_0000_0000;
  return numbers;
}

/** A file that is mounted by itself, as containers do with secrets, can be read and written, but not replaced. */
function assertReplaceable(path: string): void {
  if (process.platform !== 'linux' || !mountPoints().includes(path.replace(/[\s\\]/g, asOctal))) return;
  throw unusableFile(path, 'is a mount point, so it cannot be replaced', 'Mount the folder around it instead.');
}

function mountPoints(): readonly (string | undefined)[] {
  const lines = quietly(() => readFileSync('/proc/self/mountinfo', 'utf8'))?.split('\n') ?? [];
  return lines.map((line) => line.split(' ')[4]);
}

function asOctal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
