import { LockUnavailableError } from '@latchkey/core';
import { closeSync, constants, fstatSync, fsyncSync, readSync, writeFileSync } from 'node:fs';
import { linkExclusively } from './exclusive-link.js';
import type { Locking } from './locking-kind.js';
import { openExisting } from '../file/private-file.js';
import { storageFault, unusableFile } from '../file/storage-fault.js';
import { createTemporaryFile, removeQuietly } from '../file/temporary-file.js';

const marker = /^latchkey lock: (kernel|lockfile)\n(?:holder: +(\d+)\n)?/;

/**
 * Opens the file that names the kind of lock that all processes use here; creates it at first. It is never deleted.
 *
 * @throws LockUnavailableError when the others use another kind; StorageUnavailableError.
 */
export function openMarker(path: string, locking: Locking): number {
  for (;;) {
    const fd = openExisting(path, constants.O_RDWR);
    if (fd === undefined) {
      createMarker(path, locking);
      continue;
    }
    try {
      assertKind(fd, path, locking);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw storageFault(error, path);
    }
  }
}

/** Where the holder's process id stands, in a place of fixed width so that noting it moves nothing. */
export function formatHolder(pid: number | undefined): string {
  return `holder: ${String(pid ?? 0).padStart(10)}\n`;
}

/** Where {@link formatHolder} is written in the marker of this kind. */
export function holderOffset(locking: Locking): number {
  return formatKind(locking).length;
}

/** Reads whom {@link formatHolder} noted. */
export function readHolder(fd: number): number | undefined {
  const pid = Number(marker.exec(readStart(fd))?.[2]);
  return pid > 0 ? pid : undefined;
}

function formatKind(locking: Locking): string {
  return `latchkey lock: ${locking}\n`;
}

function assertKind(fd: number, path: string, locking: Locking): void {
  if (!fstatSync(fd).isFile()) throw unusableFile(path, 'is no regular file', 'Move it away.');
  const found = marker.exec(readStart(fd))?.[1];
  if (found === locking) return;
  throw new LockUnavailableError(
    found === undefined
      ? {
          message: `${path} is no lock file of Latchkey.`,
          remedy: `Move ${path} away while no process uses these tokens.`,
        }
      : {
          message: `${path} says that the others lock by '${found}', which does not exclude '${locking}'.`,
          remedy: `Use locking: '${found}' here too; or, to change it for all, stop them and delete ${path}.`,
        },
  );
}

/** Written and synchronised under another name first, so that nobody ever finds half of it. */
function createMarker(path: string, locking: Locking): void {
  try {
    const temporary = createTemporaryFile(path);
    try {
      writeFileSync(temporary.fd, formatKind(locking) + formatHolder(undefined));
      fsyncSync(temporary.fd);
      linkExclusively(temporary.path, path);
    } finally {
      closeSync(temporary.fd);
      removeQuietly(temporary.path);
    }
  } catch (error) {
    throw storageFault(error, path);
  }
}

function readStart(fd: number): string {
  const bytes = Buffer.alloc(64);
  return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
}
