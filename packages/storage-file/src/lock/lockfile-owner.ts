import { closeSync, constants, fstatSync, readFileSync } from 'node:fs';
import { openExisting } from '../file/private-file.js';
import { isGone, pidSpace, startOf } from '../file/process-identity.js';
import { uniqueName } from '../file/unique-name.js';

/** How often a holder touches its lock file, and after how long without that it counts as dead elsewhere, in ms. */
export const heartbeat = { every: 1000, staleAfter: 10_000 };

/** Whose lock file it is. */
export interface LockfileOwner {
  readonly pid: number;
  readonly host: string;
  readonly start?: string | undefined;
  /** Names this one possession. */
  readonly nonce: string;
}

/** What a look at a lock file found; no owner when it holds none. */
export interface FoundLockfile {
  readonly owner: LockfileOwner | undefined;
  /** The owner's nonce, or what else tells this file from another. */
  readonly nonce: string;
  /** When it was last touched, in ms, by the file system's clock. */
  readonly touched: number;
}

export function thisOwner(): LockfileOwner {
  const { pid } = process;
  return { pid, host: pidSpace(), start: startOf(pid), nonce: uniqueName() };
}

/** Reads a lock file; `undefined` when there is none. */
export function readLockfile(path: string): FoundLockfile | undefined {
  const fd = openExisting(path, constants.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd);
    const owner = parseOwner(readFileSync(fd, 'utf8'));
    return { owner, nonce: owner?.nonce ?? `unknown-${stats.ino}`, touched: stats.mtimeMs };
  } finally {
    closeSync(fd);
  }
}

/**
 * Tells whether nobody will free this lock file any more. On this host the process itself is looked for, so a
 * stopped or sleeping holder keeps its lock; others are judged by their heartbeat. `fileSystemNow` is in ms.
 */
export function isAbandoned({ owner, touched }: FoundLockfile, fileSystemNow: () => number): boolean {
  if (owner?.host === pidSpace()) return isGone(owner);
  return fileSystemNow() - touched > heartbeat.staleAfter;
}

function parseOwner(text: string): LockfileOwner | undefined {
  try {
    const { pid, host, start, nonce } = JSON.parse(text) as Partial<Record<keyof LockfileOwner, unknown>>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof nonce !== 'string') return undefined;
    if (!Number.isSafeInteger(pid) || pid <= 0 || !/^[0-9a-f]{16}$/.test(nonce)) return undefined;
    return { pid, host, nonce, start: typeof start === 'string' ? start : undefined };
  } catch {
    return undefined;
  }
}
