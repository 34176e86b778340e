import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isGone, pidSpaceTag } from './process-identity.js';
import { quietly } from './quietly.js';
import { uniqueName } from './unique-name.js';

const hour = 3_600_000;
const pattern = /\.([0-9a-f]{8})\.(\d+)\.[0-9a-f]{16}\.tmp$/;

/** Creates a new file beside `path`, 0600, whose name tells which process is writing it. */
export function createTemporaryFile(path: string): { readonly path: string; readonly fd: number } {
  const temporary = `${path}.${pidSpaceTag()}.${process.pid}.${uniqueName()}.tmp`;
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(temporary, flags, 0o600);
  // A umask may have taken more away. Where this fails, makePrivate says so.
  quietly(() => fchmodSync(fd, 0o600));
  return { path: temporary, fd };
}

/** Removes a file whose absence is as good; what stays is found by the next sweep. */
export function removeQuietly(path: string): void {
  quietly(() => unlinkSync(path));
}

/**
 * What time it is for the file system that holds `path`, in ms: the clocks of two hosts may differ, so it is asked by
 * making a file.
 */
export function fileSystemNow(path: string): number {
  const temporary = createTemporaryFile(path);
  try {
    return fstatSync(temporary.fd).mtimeMs;
  } finally {
    closeSync(temporary.fd);
    removeQuietly(temporary.path);
  }
}

const swept = new Set<string>();

/** Removes what killed processes left in a folder; once per process, since a folder may hold many credentials. */
export function sweepOnce(folder: string): void {
  if (swept.has(folder)) return;
  swept.add(folder);
  for (const name of quietly(() => readdirSync(folder)) ?? []) {
    if (isLeftover(folder, name)) removeQuietly(join(folder, name));
  }
}

function isLeftover(folder: string, name: string): boolean {
  const [, tag, pid] = pattern.exec(name) ?? [];
  if (tag === undefined) return false;
  if (tag === pidSpaceTag()) return isGone({ pid: Number(pid) });
  const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > hour;
}
