import type { Report } from './messages.js';
import type { Worker } from './worker.js';

interface Possession {
  readonly worker: Worker;
  /** Another process entered while this one was frozen. Whether it knows that it was put out is seen later. */
  contested: boolean;
}

/**
 * Who was inside the lock when. Two processes at once are double owners, unless the first was frozen, lost the lock
 * for that, and is told so by its lock as soon as it goes on. The dead own nothing.
 */
export class LockTimeline {
  readonly #inside = new Map<string, Possession>();
  /** How often two processes were owners at once. */
  doubleOwners = 0;

  /** Notes what a process reports from within the lock. */
  hear(worker: Worker, { point, possession, lost = false }: Report): void {
    if (possession === undefined || worker.isDead) return;
    const id = `${worker.pid} ${possession}`;
    const known = this.#inside.get(id);
    if (point === 'look-again') this.#enter(id, worker);
    else if (known?.contested) this.#settle(id, known, lost);
    if (point === 'leaving') this.#inside.delete(id);
  }

  /** Whether the process with this id is inside, as far as can be told. */
  isInside(pid: number): boolean {
    return [...this.#inside.values()].some(
      ({ worker, contested }) => worker.pid === pid && !worker.isDead && !contested,
    );
  }

  #enter(id: string, worker: Worker): void {
    for (const [otherId, other] of this.#inside) {
      if (other.worker === worker) continue;
      if (other.worker.isDead) this.#inside.delete(otherId);
      else if (other.worker.isFrozen) other.contested = true;
      else this.doubleOwners++;
    }
    this.#inside.set(id, { worker, contested: false });
  }

  #settle(id: string, possession: Possession, lost: boolean): void {
    if (lost) {
      this.#inside.delete(id);
      return;
    }
    possession.contested = false;
    this.doubleOwners++;
  }
}
