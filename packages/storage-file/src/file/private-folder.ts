import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, storageFault } from './storage-fault.js';
import { warn } from './warning.js';

/** Creates a folder and what is missing above it, all 0700 whatever the umask is. Existing ones stay as they are. */
export function makePrivateFolder(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    makePrivateFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
    chmodSync(path, 0o700);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw storageFault(error, path);
  }
}

const reported = new Set<string>();

/** Warns once about a folder in which anybody can replace the tokens. */
export function reportOpenFolder(path: string): void {
  if (process.platform === 'win32' || reported.has(path)) return;
  const { mode } = statSync(path);
  if ((mode & 0o002) === 0 || (mode & 0o1000) !== 0) return;
  reported.add(path);
  warn('TOKEN_FOLDER_OPEN', `${path} can be written by every user, so anybody can replace the tokens in it.`);
}
