import type { LedgerEntry } from '../fake-server/ledger.js';
import type { LockTimeline } from './lock-timeline.js';

/** Returns the id of the process that sent a request. */
export function senderOf({ headers }: LedgerEntry): number {
  return Number(headers['x-process']);
}

/** Which refresh tokens were presented, and whether that was right at the time. */
export class Presentations {
  readonly #timeline: LockTimeline;
  readonly #ours = new Set<LedgerEntry>();
  readonly #first = new Map<string, LedgerEntry>();
  /** The refresh tokens that were saved, as far as was told. */
  readonly saved = new Set<string>();

  constructor(timeline: LockTimeline) {
    this.#timeline = timeline;
  }

  /**
   * Notes a renewal on its arrival. A used token is a reuse of ours when its successor had been saved, or when the
   * process that used it was still inside the lock.
   */
  arrived(entry: LedgerEntry): void {
    const token = entry.refreshToken ?? '';
    const first = this.#first.get(token);
    if (!first) {
      this.#first.set(token, entry);
      return;
    }
    const isSaved = this.saved.has(first.issued?.refreshToken ?? '');
    const isHeld = senderOf(first) !== senderOf(entry) && this.#timeline.isInside(senderOf(first));
    if (isSaved || isHeld) this.#ours.add(entry);
  }

  /** Counts the reuses in a ledger: ours, and those that a fault excuses. */
  count(entries: readonly LedgerEntry[]): { reuses: number; excusedReuses: number } {
    const reuses = entries.filter((entry) => this.#ours.has(entry)).length;
    const excusedReuses = entries.filter((entry) => entry.reuse && !this.#ours.has(entry)).length;
    return { reuses, excusedReuses };
  }

  /**
   * Tells whether somebody else presented the token that `process` had used, when that process no longer held the lock
   * and had saved no successor: it was hit between the server's rotation and its save, and its lease ran out.
   */
  wasOvertaken(process: number | undefined, entries: readonly LedgerEntry[]): boolean {
    return entries.some((entry) => {
      const first = this.#first.get(entry.refreshToken ?? '');
      return entry.reuse && !this.#ours.has(entry) && first !== undefined && senderOf(first) === process;
    });
  }
}
