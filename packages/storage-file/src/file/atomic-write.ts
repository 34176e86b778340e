import { closeSync, renameSync, type Stats, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { keepOwner } from './file-owner.js';
import { flush, syncFolder } from './disk-calls.js';
import { largestRecord } from './private-file.js';
import { codeOf, storageFault, unusableFile } from './storage-fault.js';
import { createTemporaryFile, removeQuietly, type TemporaryFile } from './temporary-file.js';

/**
 * Replaces a file so that a crash at any moment leaves the old or the new content, and so that the new one is on
 * the disk when this resolves. `assertOwned` is asked just before, since the disk takes its time. What was `movedAside` tells
 * whose it is.
 *
 * @throws StorageUnavailableError when it could not be written; the old content is still there then.
 */
export async function writeAtomically(
  path: string,
  text: string,
  assertOwned: () => void,
  movedAside?: Stats,
): Promise<void> {
  if (Buffer.byteLength(text) > largestRecord) {
    throw unusableFile(path, 'these tokens are larger than 1 MiB', 'Look at what the server sends.');
  }
  try {
    const temporary = await createTemporaryFile(path);
    try {
      await writeThrough(temporary, text, path, movedAside);
      assertOwned();
      patiently(renameSync, temporary.path, path); // at once: in line for the disk, the lock could be lost after that look
    } catch (error) {
      removeQuietly(temporary.path);
      throw error;
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw storageFault(error, path);
  }
}

/** Writes what is to replace `path`, for its owner, so that it is on the disk; and closes the file. */
export async function writeThrough(
  { fd }: TemporaryFile,
  content: string | NodeJS.ArrayBufferView,
  path: string,
  movedAside?: Stats,
): Promise<void> {
  try {
    keepOwner(fd, path, movedAside);
    writeFileSync(fd, content);
    await flush(fd);
  } finally {
    closeSync(fd);
  }
}

/** Moves or removes a file, which on Windows a virus scanner or a reader may hold for a moment. */
export function patiently(change: (...paths: string[]) => void, ...paths: string[]): void {
  for (let triesLeft = process.platform === 'win32' ? 20 : 0; ; triesLeft--) {
    try {
      change(...paths);
      return;
    } catch (error) {
      if (triesLeft === 0 || !['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
