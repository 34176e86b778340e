import { LockUnavailableError } from '@latchkey/core';
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietly } from '../file/quietly.js';
import { bareCause, codeOf } from '../file/storage-fault.js';

/** What the addon takes is not public, so package.json names one exact version. */
interface Addon {
  /** Throws EAGAIN where somebody else has the lock. */
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void;
  unlock(fd: number, offset: number, length: number): void;
}

/** What is locked: all of the file, since macOS knows nothing else. */
const [offset, length] = [0, 0];

const unsupported = { code: 'ADDON_UNSUPPORTED' };

let native: Addon | undefined;

/** Tells whether this program can have a lock of the kernel. */
export function canLockByKernel(): boolean {
  return quietly(() => loadNativeLock()) !== undefined;
}

/**
 * Loads the addon, at the first lock and not before, since that takes longer than reading tokens.
 *
 * @throws LockUnavailableError whose message begins with `because`; EMFILE and the like for an addon that cannot be opened now
 */
export function loadNativeLock(because = ''): Addon {
  // The addon calls functions of libuv that these lack, and that ends the process, on Bun only once it has to wait.
  const runtime = ['Bun', 'Deno'].find((name) => name in globalThis);
  if (runtime !== undefined) throw unavailable(`${because}There is no lock of the kernel on ${runtime}`, unsupported);
  try {
    return (native ??= openAddon());
  } catch (error) {
    if (codeOf(error) === 'ERR_DLOPEN_FAILED') assertDescriptor();
    const why = reasons[codeOf(error) ?? ''] ?? '';
    throw unavailable(`${because}The addon for it, ${addonName}, cannot be loaded${why}`, error);
  }
}

const addonName = `fs-native-extensions-${process.platform}-${process.arch}.node`;

/** What it means when the addon cannot be loaded. */
const reasons: Readonly<Record<string, string>> = {
  ERR_INVALID_ARG_TYPE: ', since this program is bundled into one file', // of CommonJS, which has no import.meta
  ADDON_NOT_FOUND:
    ', since it is not made for this system, or is not beside the file that this program is bundled into',
  ERR_DLOPEN_FAILED: ', since it is not made for this system, such as Alpine (musl)',
  ERR_DLOPEN_DISABLED: ', since Node was started without addons (--no-addons, or --permission without --allow-addons)',
};

/**
 * Opens the addon, which is fs-native-extensions', beside this file. Its package would be five times as large on disk, for
 * systems on which nothing is locked by the kernel, and takes ten times as long, since it loads 17 files to find the addon.
 */
function openAddon(): Addon {
  const file = join(dirname(fileURLToPath(import.meta.url)), addonName);
  if (!existsSync(file)) throw Object.assign(new Error(`There is no ${file}.`), { code: 'ADDON_NOT_FOUND' });
  const opened: { exports: Partial<Addon> } = { exports: {} };
  process.dlopen(opened, file);
  return opened.exports as Addon;
}

/** The loader's words for a lack of descriptors differ from system to system. @throws EMFILE, ENFILE */
function assertDescriptor(): void {
  try {
    closeSync(openSync(process.execPath, 'r'));
  } catch (error) {
    if (/^E[MN]FILE$/.test(codeOf(error) ?? '')) throw error;
  }
}

/** Locks an open file against every other descriptor, if it is free. */
export function tryLock(fd: number): boolean {
  try {
    loadNativeLock().tryLock(fd, offset, length, true);
    return true;
  } catch (error) {
    if (['EAGAIN', 'EACCES', 'EBUSY', 'EINTR'].includes(codeOf(error) ?? '')) return false;
    const why = codeOf(error) === 'ENOLCK' ? ', since its lock service does not answer or has no locks left' : '';
    throw unavailable(`The file system gives no locks${why}`, error);
  }
}

export function unlock(fd: number): void {
  native?.unlock(fd, offset, length);
}

function unavailable(message: string, error: unknown): LockUnavailableError {
  const code = codeOf(error) ?? 'UNKNOWN';
  return new LockUnavailableError({
    message: `${message} (${code}).`,
    remedy:
      "Use locking: 'lockfile' for all processes that share these tokens, after deleting the file .lock beside them; it needs no addon.",
    cause: bareCause(error, code),
  });
}
