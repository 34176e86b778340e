import { LockUnavailableError } from '@latchkey/core';
import { createRequire } from 'node:module';
import { bareCause, codeOf } from './storage-fault.js';

interface NativeLock {
  tryLock(fd: number, offset: number, length: number): boolean;
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
    native ??= createRequire(import.meta.url)('fs-native-extensions') as NativeLock;
  } catch (error) {
    throw unavailable('The addon of fs-native-extensions cannot be loaded', error);
  }
}

/** Locks an open file against every other descriptor, if it is free. */
export function tryLock(fd: number): boolean {
  try {
    return native?.tryLock(fd, offset, length) ?? false;
  } catch (error) {
    if (['EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) return false;
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
