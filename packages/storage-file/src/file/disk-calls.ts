import { fsync, fsyncSync, unlink, unlinkSync } from 'node:fs';

let underway = 0;

/** Runs a task that takes a lock and writes; others may be under way in this process. */
export async function amongOthers<T>(task: () => Promise<T>): Promise<T> {
  underway++;
  try {
    return await task();
  } finally {
    underway--;
  }
}

/** Puts what was written to a file, or the names in a folder, on the disk. */
export function flush(fd: number): Promise<void> {
  return call(
    () => fsyncSync(fd),
    (done) => fsync(fd, done),
  );
}

/** Removes a file with all that it holds. */
export function remove(path: string): Promise<void> {
  return call(
    () => unlinkSync(path),
    (done) => unlink(path, done),
  );
}

/**
 * Makes a call that may wait for the disk. One task alone waits with it, which takes less time; among others it lets them go on,
 * so that the disk is not what they all stand in line for.
 */
async function call(alone: () => void, among: (done: (error: Error | null) => void) => void): Promise<void> {
  if (underway < 2) alone();
  else await new Promise<void>((resolve, reject) => among((error) => (error ? reject(error) : resolve())));
}
