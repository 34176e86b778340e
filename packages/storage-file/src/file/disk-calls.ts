import { closeSync, constants, fsync, fsyncSync, open, openSync, unlink, unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers';
import { codeOf } from './storage-fault.js';

/** Files that are read one after the other without a pause: some 20 ms. */
const readsAtOnce = 256;
let readsLeft = readsAtOnce;
let pause: Promise<void> | undefined;

/**
 * Takes a turn to read a file, which is done synchronously. Where thousands are read at once, others get a turn of the loop
 * in between: then there is a promise to wait for.
 */
export function turnToRead(): Promise<void> | undefined {
  if (readsLeft === 0) return waitToRead();
  readsLeft--;
  return undefined;
}

async function waitToRead(): Promise<void> {
  while (readsLeft === 0) await (pause ??= new Promise((resume) => setImmediate(endPause, resume)));
  readsLeft--;
}

function endPause(resume: () => void): void {
  pause = undefined;
  readsLeft = readsAtOnce;
  resume();
}

/** `node --permission` flushes nothing, whatever it allows: there each write to a new file goes through to the disk. */
const isWriteThrough = 'permission' in process;

/** What a file is opened with that is not to be there yet. */
export const newFile =
  constants.O_RDWR |
  constants.O_CREAT |
  constants.O_EXCL |
  constants.O_NOFOLLOW |
  (isWriteThrough ? constants.O_SYNC : 0);

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

/** Makes a file of this name, which nothing has yet, for its owner alone, and opens it. */
export function openNew(path: string): Promise<number> {
  return call(
    () => openSync(path, newFile, 0o600),
    (done) => open(path, newFile, 0o600, done),
  );
}

/** Puts what was written to a file, or the names in a folder, on the disk. */
export async function flush(fd: number): Promise<void> {
  if (isWriteThrough) return;
  await call(
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
async function call<T>(alone: () => T, among: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  if (underway < 2) return alone();
  return new Promise((resolve, reject) => among((error, result) => (error ? reject(error) : resolve(result))));
}

/** A folder that is being synchronised, and the next time that it will be. */
interface Syncing {
  readonly done: Promise<void>;
  next?: Promise<void>;
}

const syncings = new Map<string, Syncing>();

/**
 * Makes the names in a folder durable, where a folder can be synchronised at all. One that is under way may have begun too
 * early, so whoever asks meanwhile shares the next.
 */
export function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return Promise.resolve();
  const present = syncings.get(folder);
  if (!present) return begin(folder);
  const beginNext = (): Promise<void> => begin(folder);
  return (present.next ??= present.done.then(beginNext, beginNext));
}

function begin(folder: string): Promise<void> {
  const syncing: Syncing = { done: sync(folder) };
  syncings.set(folder, syncing);
  const end = (): void => {
    if (!syncing.next) syncings.delete(folder);
  };
  syncing.done.then(end, end);
  return syncing.done;
}

async function sync(folder: string): Promise<void> {
  let fd: number | undefined;
  try {
    fd = openSync(folder, constants.O_RDONLY);
    await flush(fd);
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP', 'EBADF'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
