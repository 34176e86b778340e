import { LockUnavailableError } from '@latchkey/core';
import { closeSync, constants, fstatSync, readSync, type Stats, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { linkDurableFile, writeNewFile } from './exclusive-file.js';
import { isLocalFolder } from './local-folder.js';
import type { LockKind, Locking } from './locking-kind.js';
import { canLockByKernel, loadNativeLock } from './native-lock.js';
import { assertOwnFile, openExisting } from '../file/private-file.js';
import { pidSpaceTag } from '../file/process-identity.js';
import { storageFault } from '../file/storage-fault.js';
import { fileSystemNow } from '../file/temporary-file.js';

const marker = /^latchkey lock: (kernel|lockfile)\n(?:holder: +(\d+)\n(?:space: ([\da-f]{8})\n)?)?/;

/** After how many ms nobody will fill an empty marker any more. */
const longestWrite = 10_000;

/** The file that names the kind of lock that all processes use at a place. */
export interface Marker {
  readonly fd: number;
  /** Its state when it was opened. */
  readonly stats: Stats;
  readonly kind: LockKind;
  /** Process id of whom a lock of the kernel was last given to; `undefined` for one of another container, where it means another. */
  readonly holder: number | undefined;
}

/**
 * Opens the marker of a place; `absent` before the first use of that, `undefined` while another process is just writing it.
 * It is never deleted.
 *
 * @throws LockUnavailableError when it names a kind that was not asked for, or that cannot be had here;
 * StorageUnavailableError.
 */
export function openMarker(path: string, locking: Locking): Marker | 'absent' | undefined {
  const fd = openExisting(path, constants.O_RDWR);
  if (fd === undefined) return 'absent';
  try {
    const found = readMarker(fd, path);
    if (found === undefined) closeSync(fd);
    else assertUsable(found.kind, path, locking);
    return found;
  } catch (error) {
    closeSync(fd);
    throw storageFault(error, path);
  }
}

/** Notes who holds the lock, in a place of fixed width so that noting it moves nothing. */
export function noteHolder(fd: number, pid: number): void {
  writeSync(fd, formatHolder(pid), formatKind('kernel').length);
}

function formatKind(kind: LockKind): string {
  return `latchkey lock: ${kind}\n`;
}

function formatHolder(pid: number): string {
  return `holder: ${String(pid).padStart(10)}\nspace: ${pidSpaceTag()}\n`;
}

function readMarker(fd: number, path: string): Marker | undefined {
  const stats = fstatSync(fd);
  assertOwnFile(stats, path);
  const start = readStart(fd);
  const [, kind, pid = 0, space] = marker.exec(start) ?? [];
  if (kind === 'kernel' || kind === 'lockfile') {
    const isHere = space === undefined || space === pidSpaceTag();
    return { fd, stats, kind, holder: isHere && Number(pid) > 0 ? Number(pid) : undefined };
  }
  if (/^\0*$/.test(start)) return readEmpty(fd, stats, path);
  throw new LockUnavailableError({
    message: `${path} is no lock file of Latchkey.`,
    remedy: `Move ${path} away while no process uses these tokens.`,
  });
}

/**
 * Only where there are no hard links is a marker empty for a moment, or full of zeros after a power cut, and there the kind is
 * always the same. One from far ahead is old too: the clock was set back.
 */
function readEmpty(fd: number, stats: Stats, path: string): Marker | undefined {
  if (Math.abs(fileSystemNow(path) - stats.mtimeMs) < longestWrite) return undefined;
  writeSync(fd, formatKind('lockfile') + formatHolder(0), 0);
  return { fd, stats, kind: 'lockfile', holder: undefined };
}

function assertUsable(kind: LockKind, path: string, locking: Locking): void {
  const change = `or, to change it for all, stop them, delete ${path} and give all the same option 'locking'`;
  if (locking !== 'auto' && locking !== kind) {
    throw new LockUnavailableError({
      message: `${path} says that the others lock by '${kind}', which does not exclude '${locking}'.`,
      remedy: `Use locking: '${kind}' or 'auto' here too; ${change}.`,
    });
  }
  if (kind === 'kernel') {
    const others = `${path} says that the others lock by 'kernel'`;
    assertLocal(path, `${others}, which does not reach here: `);
    loadNativeLock(`${others}. `);
  }
}

function assertLocal(path: string, because: string): void {
  if (isLocalFolder(dirname(path))) return;
  throw new LockUnavailableError({
    message: `${because}${dirname(path)} is not on a file system that is known to belong to one machine.`,
    remedy: `Use this folder by one path and on one host; or locking: 'lockfile' for all, after deleting ${path}.`,
  });
}

/**
 * Creates the marker, unless another process was first. Written under another name, so that nobody finds half of it; without
 * hard links only `lockfile` is safe.
 *
 * @throws LockUnavailableError when there can be no lock of the kind that was asked for; StorageUnavailableError.
 */
export async function createMarker(path: string, locking: Locking): Promise<void> {
  try {
    const kind = kindOfNewPlace(path, locking);
    if ((await linkDurableFile(path, formatKind(kind) + formatHolder(0))) !== undefined) return;
    if (locking === 'kernel') {
      throw new LockUnavailableError({
        message: `The file system of ${dirname(path)} has no hard links, without which 'kernel' cannot be agreed on.`,
        remedy: "Use locking: 'lockfile' or 'auto', or keep the tokens on a file system that has hard links.",
      });
    }
    writeNewFile(path, formatKind('lockfile') + formatHolder(0));
  } catch (error) {
    throw storageFault(error, path);
  }
}

function kindOfNewPlace(path: string, locking: Locking): LockKind {
  if (locking === 'auto') return isLocalFolder(dirname(path)) && canLockByKernel() ? 'kernel' : 'lockfile';
  if (locking === 'kernel') {
    assertLocal(path, "There is no lock by 'kernel' here: ");
    loadNativeLock();
  }
  return locking;
}

function readStart(fd: number): string {
  const bytes = Buffer.alloc(64);
  return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
}
