import { closeSync, constants } from 'node:fs';
import { linkNewFile, writeNewFile } from './exclusive-file.js';
import { forgetSighting, isAbandoned, leaveBehind } from './lockfile-abandonment.js';
import { Lease } from './lockfile-lease.js';
import { formatHeld, isLastTurn, lastTurn, readTurn, thisOwner, turnFile } from './lockfile-turn.js';
import type { Occupied, OwnedLock } from './owned-lock.js';
import { openExisting } from '../file/private-file.js';
import { makeOwnFolder } from '../file/private-folder.js';
import { pidSpace } from '../file/process-identity.js';
import { quietly } from '../file/quietly.js';
import { removeQuietly, sweepOnce } from '../file/temporary-file.js';

/** Takes the lock whose turns are files in `folder`, if it is free; else tells whose turn it is, where that is known. */
export function takeLockfile(folder: string, marker: string): OwnedLock | Occupied {
  makeOwnFolder(folder);
  sweepOnce(folder);
  const last = lastTurn(folder);
  const path = turnFile(folder, last);
  const found = last === 0 ? undefined : readTurn(path);
  if (last > 0 && found === undefined) return { holder: undefined }; // removed since: look again
  if (found && !found.isFree && !isAbandoned(path, found))
    return { holder: found.owner?.host === pidSpace() ? found.owner.pid : undefined };
  return takeTurn(folder, last + 1, marker) ?? { holder: undefined };
}

function takeTurn(folder: string, turn: number, marker: string): OwnedLock | undefined {
  const path = turnFile(folder, turn);
  const owner = thisOwner();
  const text = formatHeld(owner, 0);
  if (!(linkNewFile(path, text) ?? writeNewFile(path, text))) return undefined;
  let fd: number | undefined;
  try {
    // Opened by its own name: where names of one file have several numbers, another name would not show the heartbeat.
    fd = openExisting(path, constants.O_RDWR);
    // Whoever slept since its look may have made a turn that was over long ago.
    if (fd !== undefined && isLastTurn(folder, turn)) {
      forgetSighting(folder);
      return new Lease({ path, next: turnFile(folder, turn + 1), marker, fd, owner });
    }
    if (fd !== undefined) closeSync(fd);
    removeQuietly(path);
    return undefined;
  } catch (error) {
    leaveBehind(owner.nonce);
    removeQuietly(path);
    const left = fd;
    if (left !== undefined) quietly(() => closeSync(left));
    throw error;
  }
}
