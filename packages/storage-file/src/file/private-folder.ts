import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { assertOwner } from './file-owner.js';
import { quietly } from './quietly.js';
import { codeOf, storageFault, unusableFile } from './storage-fault.js';
import { warnOnce } from './warning.js';

/** Creates a folder and what is missing above it, all 0700 whatever the umask is. Existing ones stay as they are. */
export function makePrivateFolder(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    if (dirname(path) !== path) makePrivateFolder(dirname(path)); // else a drive that is not there
    mkdirSync(path, { mode: 0o700 });
    quietly(() => chmodSync(path, 0o700));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const isRefused = codeOf(error) === 'ENOENT' && quietly(() => statSync(dirname(path))) !== undefined;
    if (!isRefused) throw storageFault(error, path);
    throw unusableFile(path, 'no folder can be made here (ENOENT)', 'Give a path on a file system that takes files.');
  }
}

/** Creates a folder of this user's alone beside the tokens, as root for the owner of the folder around it. */
export function makeOwnFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    makePrivateFolder(path);
    if (process.geteuid?.() !== 0) return;
    const { uid, gid } = statSync(dirname(path));
    if (uid !== 0) quietly(() => chownSync(path, uid, gid));
    return;
  }
  if (!found.isDirectory()) throw unusableFile(path, 'is no folder', 'Move it away.');
  assertOwner(found, path);
}

/** Warns once of a folder in which others can replace the tokens. */
export function reportOpenFolder(path: string): void {
  if (process.platform === 'win32') return;
  const { mode, uid, gid } = statSync(path);
  const isSticky = (mode & 0o1000) !== 0; // there others cannot replace what is not theirs
  const danger = 'can replace the tokens in it';
  if (uid !== 0 && uid !== process.geteuid?.()) tell(`belongs to user ${uid}, who ${danger}`);
  if (!isSticky && (mode & 0o002) !== 0) tell(`can be written by every user, so anybody ${danger}`);
  else if (!isSticky && (mode & 0o020) !== 0)
    tell(`can be written by its group, so whoever is in group ${gid} ${danger}`);

  function tell(what: string): void {
    warnOnce('TOKEN_FOLDER_OPEN', `${path} ${what}.`);
  }
}
