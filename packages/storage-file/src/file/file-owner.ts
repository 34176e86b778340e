import { fchownSync, lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { quietly } from './quietly.js';
import { unusableFile } from './storage-fault.js';

/** Who runs this process; `undefined` on Windows. */
const thisUser = (): number | undefined => process.geteuid?.();

/**
 * Refuses what belongs to another user, who may have planted it. Root may use what a user has in a folder of the same
 * user, since it is that user's login then.
 *
 * @throws StorageUnavailableError
 */
export function assertOwner({ uid }: Stats, path: string): void {
  const user = thisUser();
  if (user === undefined || uid === user) return;
  if (user === 0 && statSync(dirname(path)).uid === uid) return;
  throw unusableFile(
    path,
    `belongs to user ${uid}, not to ${user}`,
    'Remove it if you do not know it, or give it to this user.',
  );
}

/**
 * Fails where new files do not belong to whoever makes them, since nobody could tell them from planted ones. Root is
 * given away on some folders of the network, and cannot change that.
 *
 * @throws StorageUnavailableError
 */
export function assertKeepsOwner({ uid }: Stats, path: string): void {
  const user = thisUser();
  if (user === undefined || user === 0 || uid === user) return;
  throw unusableFile(
    dirname(path),
    `its file system gives new files to user ${uid}, not to ${user} who makes them`,
    'Mount it with this user as its owner, or store the tokens elsewhere.',
  );
}

/** Gives a new file of root's to the owner of what it replaces or was `movedAside`, so that a run as root locks nobody out. */
export function keepOwner(fd: number, replaced: string, movedAside?: Stats): void {
  if (thisUser() === 0) giveTo(fd, lstatSync(replaced, { throwIfNoEntry: false }) ?? movedAside);
}

/** Gives a new file of root's, which holds no secret, to the owner of its folder. */
export function giveToFolderOwner(fd: number, path: string): void {
  if (thisUser() === 0) giveTo(fd, statSync(dirname(path)));
}

function giveTo(fd: number, owner: Stats | undefined): void {
  if (owner && (owner.uid !== 0 || owner.gid !== 0)) quietly(() => fchownSync(fd, owner.uid, owner.gid));
}
