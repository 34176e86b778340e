import type { Fault } from '../fake-server/fault.js';
import type { LedgerEntry } from '../fake-server/ledger.js';
import { HeldRequest } from './held-request.js';
import type { Outcome, Question, Report } from './messages.js';
import type { PlannedHit } from './plan.js';
import { senderOf } from './presentations.js';
import type { Worker } from './worker.js';

/** What came of a round. */
export interface RoundEnd {
  /** Whether the victim was hit at its point. */
  readonly hit: boolean;
  /** What the callers were given; `undefined` for each that was left waiting. Those of a killed victim are left out. */
  readonly outcomes: readonly (Outcome | undefined)[];
}

/**
 * All processes ask for tokens at once. The victim is let to the lock first and the others as soon as it is inside, or
 * was hit, so that its point is reached while they wait for it.
 */
export class Round {
  readonly #hit: PlannedHit;
  readonly #workers: readonly Worker[];
  readonly #victim: Worker | undefined;
  readonly #request: HeldRequest;
  readonly #heldBack = new Map<Worker, number>();
  #areOthersIn = false;
  #isHit = false;
  #othersDone: Promise<unknown> = Promise.resolve();

  constructor(hit: PlannedHit, workers: readonly Worker[]) {
    this.#hit = hit;
    this.#workers = workers;
    this.#victim = workers[hit.victim];
    this.#request = new HeldRequest(hit.processed);
  }

  /** Plays the round. A process that has not answered within `deadline` ms is killed. */
  async play(question: Question, deadline: number): Promise<RoundEnd> {
    const ask = async (worker: Worker): Promise<readonly (Outcome | undefined)[]> => {
      const answer = await answerOf(worker, question, deadline);
      if (worker === this.#victim) this.#letOthersIn();
      if (answer === undefined && worker === this.#victim && this.#isHit && this.#hit.signal === 'SIGKILL') return [];
      return answer ?? Array.from({ length: question.calls }, () => undefined);
    };
    const asked = this.#workers.map((worker) => ({ worker, outcomes: ask(worker) }));
    const others = asked.filter(({ worker }) => worker !== this.#victim);
    this.#othersDone = Promise.all(others.map((each) => each.outcomes));
    const outcomes = await Promise.all(asked.map((each) => each.outcomes));
    this.#request.release();
    return { hit: this.#isHit, outcomes: outcomes.flat() };
  }

  /** Lets a process go on from where it is, or hits it there. */
  hear(worker: Worker, report: Report): void {
    if (worker !== this.#victim && report.point === 'take-lock' && !this.#areOthersIn) {
      this.#heldBack.set(worker, report.id);
    } else if (worker === this.#victim && report.point === this.#hit.point && !this.#isHit) {
      void this.#strike(worker, report.id);
    } else {
      worker.go(report.id);
      if (worker === this.#victim && report.point === 'look-again') this.#letOthersIn();
    }
  }

  /** Chooses what befalls a renewal at the server. */
  faultFor(entry: LedgerEntry): Fault | undefined {
    const isMeant = this.#hit.point === 'redeem' && senderOf(entry) === this.#victim?.pid && !this.#isHit;
    return isMeant ? this.#request.fault : undefined;
  }

  async #strike(victim: Worker, report: number): Promise<void> {
    const { point, signal, delay, freeze } = this.#hit;
    if (point === 'redeem') await this.#request.arrived;
    if (point === 'saving') spin(delay);
    if (this.#isHit || victim.isDead) return;
    this.#isHit = true;
    if (signal === 'SIGKILL') void victim.kill();
    else victim.freeze();
    // In the same turn, so that the server acts before anybody else can take the lock.
    this.#request.release();
    this.#letOthersIn();
    if (signal === 'SIGKILL') return;
    await Promise.race([this.#othersDone, ...(freeze === undefined ? [] : [pause(freeze)])]);
    victim.thaw();
    victim.go(report);
  }

  #letOthersIn(): void {
    if (this.#areOthersIn) return;
    this.#areOthersIn = true;
    for (const index of this.#hit.order) {
      const worker = this.#workers[index];
      const report = worker && this.#heldBack.get(worker);
      if (report !== undefined) worker?.go(report);
    }
  }
}

/** Asks one process, for so many ms at most. */
export async function answerOf(
  worker: Worker,
  question: Question,
  deadline: number,
): Promise<readonly Outcome[] | undefined> {
  const leaving = new AbortController();
  const answer = await Promise.race([worker.ask(question), pause(deadline, leaving.signal)]);
  leaving.abort();
  if (answer === undefined) await worker.kill();
  return answer;
}

/** Waits with more precision than a timer has. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}
