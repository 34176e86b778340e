import { closeSync, fstatSync, lstatSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newFile, openNew } from './disk-calls.js';
import { assertKeepsOwner } from './file-owner.js';
import { makePrivate } from './private-file.js';
import { isGone, isPidSpaceCertain, pidSpaceTag } from './process-identity.js';
import { quietly } from './quietly.js';
import { uniqueName } from './unique-name.js';

const hour = 3_600_000;
const pattern = /\.([0-9a-f]{8})\.(\d+)\.[0-9a-f]{16}\.tmp$/;

/** A new file beside the one that it is to become, whose name tells which process is writing it. */
export interface TemporaryFile {
  readonly path: string;
  readonly fd: number;
}

/** @throws StorageUnavailableError where new files belong to somebody else */
export async function createTemporaryFile(path: string): Promise<TemporaryFile> {
  const temporary = temporaryName(path);
  return ownFile(await openNew(temporary), temporary, path);
}

/** The same, where nothing may happen in between. @throws as {@link createTemporaryFile} */
export function createTemporaryFileSync(path: string): TemporaryFile {
  const temporary = temporaryName(path);
  return ownFile(openSync(temporary, newFile, 0o600), temporary, path);
}

function ownFile(fd: number, temporary: string, path: string): TemporaryFile {
  try {
    const stats = fstatSync(fd);
    assertKeepsOwner(stats, path);
    makePrivate(fd, stats, path);
    return { path: temporary, fd };
  } catch (error) {
    closeSync(fd);
    removeQuietly(temporary);
    throw error;
  }
}

export function temporaryName(path: string): string {
  return `${path}.${pidSpaceTag()}.${process.pid}.${uniqueName()}.tmp`;
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
  const temporary = createTemporaryFileSync(path);
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
  if (tag === pidSpaceTag() && isPidSpaceCertain()) return isGone({ pid: Number(pid) });
  const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > hour;
}
