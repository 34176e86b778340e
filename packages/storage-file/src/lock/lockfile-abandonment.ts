import { dirname } from 'node:path';
import { isGone, isHeldUp, isPidSpaceCertain, pidSpace } from '../file/process-identity.js';
import { fileSystemNow } from '../file/temporary-file.js';
import { type FoundTurn, heartbeat } from './lockfile-turn.js';
import { monotonicNow } from './monotonic.js';

/** For how many ms a waiter itself sees no heartbeat before it believes that there is none. */
const leastWatch = 2 * heartbeat.every;

/** The last turn that was seen in a folder, and since when it has not changed, in ms. */
interface Sighting {
  readonly text: string;
  readonly since: number;
  /** What time it was for the file system when `since` was 0. */
  origin?: number;
}

/** They outlive the waiters of this process, so that several short waits see what one long one does. */
const sightings = new Map<string, Sighting>();

/** Turns of this thread whose end could not be written down. */
const leftovers = new Set<string>();

/** Lets this thread know its own leftover, for which others have to wait. */
export function leaveBehind(nonce: string): void {
  leftovers.add(nonce);
}

/**
 * Tells whether nobody will free this turn any more: its process is gone, or it was not touched for 10 s, and this
 * process has seen no heartbeat for 2 s while it was awake itself. For after a sleep of the machine, the holder needs a
 * moment to show itself, and a folder of the network may show an old state at first. Where this process itself has seen
 * none for 10 s, that is enough: the clock may have been set back since the last one. A process that is stopped, or waits for
 * its disk, keeps its turn.
 */
export function isAbandoned(path: string, found: FoundTurn): boolean {
  const { owner } = found;
  if (owner && leftovers.has(owner.nonce)) return true;
  const isHere = owner?.host === pidSpace() && isPidSpaceCertain();
  if (isHere && isGone(owner)) return true;
  return isStale(path, found) && !(isHere && isHeldUp(owner));
}

function isStale(path: string, { text, touched }: FoundTurn): boolean {
  const now = monotonicNow();
  const seen = sightings.get(dirname(path));
  if (seen?.text !== text) {
    sightings.set(dirname(path), { text, since: now });
    return false;
  }
  if (now - seen.since > heartbeat.staleAfter) return true;
  if (now - seen.since < leastWatch) return false;
  seen.origin ??= fileSystemNow(path) - now;
  return seen.origin + now - touched > heartbeat.staleAfter;
}

/** Forgets what was seen of a lock that this process has now. */
export function forgetSighting(folder: string): void {
  sightings.delete(folder);
}
