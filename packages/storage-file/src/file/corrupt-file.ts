import { constants, copyFileSync, linkSync, lstatSync, renameSync, type Stats } from 'node:fs';
import { patiently } from './atomic-write.js';
import { isSameState } from './file-identity.js';
import { codeOf, storageFault } from './storage-fault.js';
import { removeQuietly } from './temporary-file.js';
import { uniqueName } from './unique-name.js';
import { warn, warnOnce } from './warning.js';

/** Tells once that a file which is there counts as absent, since "no tokens" alone would send people to look elsewhere. */
export function reportCorrupt(path: string, { size }: Stats): void {
  const what = size === 0 ? 'is empty' : 'is no token record';
  const meaning = 'It counts as absent, and stays as it is until a login or a save moves it aside.';
  warnOnce('TOKEN_FILE_CORRUPT', `${path} ${what}, perhaps since a crash cut it short. ${meaning}`);
}

/**
 * Moves a file that is no token record out of the way, keeps it, and reports it. Returns false, with everything
 * in its place, when another file stands there by now.
 *
 * A writer may put a good record there between the look and the move, so what was moved is looked at again.
 */
export function setAside(path: string, corrupt: Stats): boolean {
  try {
    const present = lstatSync(path, { throwIfNoEntry: false });
    if (present === undefined || !isSameState(present, corrupt)) return false;
    const aside = `${path}.corrupt-${new Date().toISOString().replace(/[:.-]/g, '')}-${uniqueName()}`;
    patiently(renameSync, path, aside);
    if (!isSameState(lstatSync(aside), corrupt)) {
      putBack(aside, path);
      return false;
    }
    warn('TOKEN_FILE_CORRUPT', `${path} is no token record. It was moved to ${aside}, and may hold tokens still.`);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw storageFault(error, path);
  }
}

/** Gives the name back unless somebody has saved once more, which replaces what was moved. */
function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    // Without hard links it is copied, which others may see half done; they look twice at what is no record.
    if (codeOf(error) !== 'EEXIST') copyUnlessThere(aside, path);
  }
  removeQuietly(aside);
}

function copyUnlessThere(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
