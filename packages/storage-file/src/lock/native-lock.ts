import { LockUnavailableError } from '@latchkey/core';
import { fileURLToPath } from 'node:url';
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

/** Loads the addon, at the first lock and not before, since that takes longer than reading tokens. */
export function loadNativeLock(): void {
  // The addon calls functions of libuv that these lack, and that ends the process, on Bun only once it has to wait.
  const runtime = ['Bun', 'Deno'].find((name) => name in globalThis);
  if (runtime !== undefined) throw unavailable(`There is no lock of the kernel on ${runtime}`, unsupported);
  try {
    native ??= openAddon() ?? loadPackage();
  } catch (error) {
    throw unavailable('The addon of fs-native-extensions cannot be loaded', error);
  }
}

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
    return native?.tryLock(fd, offset, length) === true;
  } catch (error) {
    if (['EAGAIN', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) return false;
    throw unavailable('The file system gives no locks', error);
  }
}

export function unlock(fd: number): void {
  native?.unlock(fd, offset, length);
}

function unavailable(message: string, error: unknown): LockUnavailableError {
  const code = codeOf(error) ?? 'UNKNOWN';
  return new LockUnavailableError({
    message: `${message} (${code}).`,
    remedy: "Use locking: 'lockfile' for all processes that share these tokens; it needs no addon.",
    cause: bareCause(error, code),
  });
}
