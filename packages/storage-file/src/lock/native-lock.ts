import { LockUnavailableError } from '@latchkey/core';
import { fileURLToPath } from 'node:url';
import { quietly } from '../file/quietly.js';
import { bareCause, codeOf } from '../file/storage-fault.js';

interface NativeLock {
  tryLock(fd: number, offset: number, length: number): boolean;
  unlock(fd: number, offset: number, length: number): void;
}

/** The addon behind the package: it throws EAGAIN where the package returns `false`. */
interface Addon {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void;
  unlock(fd: number, offset: number, length: number): void;
}

/**
 * What is locked: all of the file, since macOS knows nothing else. On Windows, where locks are mandatory, a byte far
 * behind the content, which can still be read.
 */
const [offset, length] = process.platform === 'win32' ? [0x4000_0000, 1] : [0, 0];

const unsupported = { code: 'ADDON_UNSUPPORTED' };

let native: NativeLock | undefined;

/** Tells whether this program can have a lock of the kernel. */
export function canLockByKernel(): boolean {
  return quietly(() => loadNativeLock()) !== undefined;
}

/**
 * Loads the addon, at the first lock and not before, since that takes longer than reading tokens.
 *
 * @throws LockUnavailableError whose message begins with `because`
 */
export function loadNativeLock(because = ''): NativeLock {
  // The addon calls functions of libuv that these lack, and that ends the process, on Bun only once it has to wait.
  const runtime = ['Bun', 'Deno'].find((name) => name in globalThis);
  if (runtime !== undefined) throw unavailable(`${because}There is no lock of the kernel on ${runtime}`, unsupported);
  try {
    return (native ??= openAddon() ?? loadPackage());
  } catch (error) {
    const why = reasons[codeOf(error) ?? ''] ?? '';
    throw unavailable(`${because}The addon of fs-native-extensions cannot be loaded${why}`, error);
  }
}

const madeForAnother = ', since it is not made for this system, such as Alpine (musl)';

/** What it means when Node cannot load the addon. */
const reasons: Readonly<Record<string, string>> = {
  ERR_INVALID_ARG_VALUE: ', since this program is bundled into one file',
  MODULE_NOT_FOUND: ', since it is not installed where this program runs',
  ERR_DLOPEN_FAILED: madeForAnother,
  // Codes of require-addon, by which the package loads its file.
  CANNOT_LOAD: madeForAnother,
  ADDON_NOT_FOUND: madeForAnother,
};

/**
 * Opens the addon where its package keeps it. To find it, the package itself loads 17 files, which takes ten times as
 * long. What the addon takes is not public, so package.json names one exact version.
 */
function openAddon(): NativeLock | undefined {
  const file = `fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`;
  const opened: { exports: Partial<Addon> } = { exports: {} };
  try {
    process.dlopen(opened, fileURLToPath(import.meta.resolve(file)));
  } catch {
    return undefined;
  }
  const { tryLock, unlock } = opened.exports;
  if (typeof tryLock !== 'function' || typeof unlock !== 'function') return undefined;
  return {
    tryLock(fd, offset, length) {
      tryLock(fd, offset, length, true);
      return true;
    },
    unlock,
  };
}

function loadPackage(): NativeLock {
  const { createRequire } = process.getBuiltinModule('node:module');
  return createRequire(import.meta.url)('fs-native-extensions') as NativeLock;
}

/** Locks an open file against every other descriptor, if it is free. */
export function tryLock(fd: number): boolean {
  try {
    return loadNativeLock().tryLock(fd, offset, length);
  } catch (error) {
    const code = lockCodeOf(error);
    if (['EAGAIN', 'EACCES', 'EBUSY', 'EINTR'].includes(code)) return false;
    const why = code === 'ENOLCK' ? ', since its lock service does not answer or has no locks left' : '';
    throw unavailable(`The file system gives no locks${why}`, error, code);
  }
}

export function unlock(fd: number): void {
  native?.unlock(fd, offset, length);
}

/** libuv has no name for ENOLCK, so that it comes as "Unknown system error -37" (-77 on macOS). */
function lockCodeOf(error: unknown): string {
  const { code, message, errno } = error as { code?: unknown; message?: unknown; errno?: unknown };
  const number = process.platform === 'darwin' ? 77 : 37;
  const isUnnamed = [code, message, errno].some((text) => new RegExp(`(^| )-?${number}\\b`).test(String(text)));
  return isUnnamed ? 'ENOLCK' : (codeOf(error) ?? 'UNKNOWN');
}

function unavailable(message: string, error: unknown, code = codeOf(error) ?? 'UNKNOWN'): LockUnavailableError {
  return new LockUnavailableError({
    message: `${message} (${code}).`,
    remedy:
      "Use locking: 'lockfile' for all processes that share these tokens, after deleting the file .lock beside them; it needs no addon.",
    cause: bareCause(error, code),
  });
}
