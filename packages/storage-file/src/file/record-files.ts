import { readLogin, type RecordCodec, type StoredLogin } from '@latchkey/core';
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { readPrivateFile } from './private-file.js';
import { codeOf, storageFault } from './storage-fault.js';

/** Tells which file in a folder holds the record of a key. */
export function fileOfKeyIn(folder: string): (key: string) => string {
  const { hash } = process.getBuiltinModule('node:crypto'); // most programs that find a fresh token need none of it
  const prefix = join(folder, sep);
  return (key) => `${prefix}${hash('sha256', key)}.json`;
}

/** The files in a folder that hold a record each, by their names. @throws StorageUnavailableError */
export function recordFilesIn(folder: string): string[] {
  try {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()); // no links, no folders
    return files.flatMap(({ name }) => (/^[\da-f]{64}\.json$/.test(name) ? [join(folder, name)] : []));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageFault(error, folder);
  }
}

/** Whose tokens a file holds; `undefined` for none. @throws StorageUnavailableError */
export async function loginIn(path: string, codec: RecordCodec | undefined): Promise<StoredLogin | undefined> {
  const file = readPrivateFile(path);
  return file && readLogin(file.text, undefined, codec, file.stats.mtimeMs);
}
