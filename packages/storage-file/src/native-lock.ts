import { LockUnavailableError } from '@latchkey/core';
import { fileURLToPath } from 'node:url';
import { bareCause, codeOf } from './storage-fault.js';

/** What the addon and its package have in common: the addon throws EAGAIN where the package returns `false`. */
interface NativeLock {
  tryLock(fd: number, offset: number, length: number, exclusive: true): boolean | undefined;
  unlock(fd: number, offset: number, length: number): void;
}

// A byte far behind the content: where locks are mandatory (Windows), the content can still be read.
const offset = 0x4000_0000;
const length = 1;

const unsupported = { code: 'ADDON_UNSUPPORTED' };

let native: NativeLock | undefined;

/** Loads the addon, at the first lock and not before, since that takes longer than reading tokens. */
export function loadNativeLock(): void {
  // The addon calls functions of libuv that these lack, and that ends the process, on Bun only once it has to wait.
  const runtime = ['Bun', 'Deno'].find((name) => name in globalThis);
  if (runtime !== undefined) throw unavailable(`There is no lock of the kernel on ${runtime}`, unsupported);
  try {
    native ??= openAddon();
  } catch (error) {
    throw unavailable('The addon of fs-native-extensions cannot be loaded', error);
  }
}

/**
 * The addon itself where it can be had: to find it, its package loads 17 files, which takes ten times as long. What the
 * addon takes is not public, so package.json names one exact version.
 */
function openAddon(): NativeLock {
  const file = `fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`;
  try {
    const addon = { exports: {} };
    process.dlopen(addon, fileURLToPath(import.meta.resolve(file)));
    return addon.exports as NativeLock;
  } catch {
    const { createRequire } = process.getBuiltinModule('node:module');
    return createRequire(import.meta.url)('fs-native-extensions') as NativeLock;
  }
}

/** Locks an open file against every other descriptor, if it is free. */
export function tryLock(fd: number): boolean {
  try {
    return native !== undefined && native.tryLock(fd, offset, length, true) !== false;
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
