import { type Fault, faultAt, type FaultTiming } from './fault.js';
import { type LedgerEntry, matches, type RequestFilter } from './ledger.js';

/** Which answers are meant, and how many of them. @group Fake authorization server */
export interface AnswerFilter extends RequestFilter {
  /** How many answers; `Infinity` for all from now on. Default: 1. */
  readonly times?: number | undefined;
}

/** Holds a request until it is released. @group Fake authorization server */
export interface Gate {
  /** Resolves when a request has come to the gate. */
  readonly arrived: Promise<void>;
  /** Lets through whoever waits, and whoever comes later. */
  release(): void;
}

/**
 * A fault, or what chooses one for each request; `undefined` leaves the request in peace.
 *
 * @group Fake authorization server
 */
export type FaultChoice = Fault | ((entry: LedgerEntry) => Fault | undefined);

/** The faults that are to come, first come, first served. */
export class FaultQueue {
  #rules: { readonly filter: RequestFilter; readonly fault: FaultChoice; left: number }[] = [];
  readonly #gates = new Set<Gate>();

  add({ times = 1, ...filter }: AnswerFilter, fault: FaultChoice): void {
    if (times > 0) this.#rules.push({ filter, fault, left: times });
  }

  /** Takes the fault for a request; a choice of none does not use up the rule. */
  take(entry: LedgerEntry): Fault | undefined {
    for (const rule of this.#rules) {
      const fault = matches(rule.filter, entry) ? choose(rule.fault, entry) : undefined;
      if (!fault) continue;
      rule.left--;
      this.#rules = this.#rules.filter(({ left }) => left > 0);
      return fault;
    }
    return undefined;
  }

  /** Adds a gate for the answers that match. */
  hold({ processed, ...filter }: AnswerFilter & FaultTiming): Gate {
    let release = (): void => undefined;
    let arrive = (): void => undefined;
    const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const wait = (): Promise<undefined> => {
      arrive();
      return released;
    };
    const gate = { arrived, release };
    this.#gates.add(gate);
    this.add(filter, faultAt('gate', { processed }, wait));
    return gate;
  }

  /** Forgets the faults to come, and opens all gates. */
  clear(): void {
    this.#rules = [];
    for (const gate of this.#gates) gate.release();
    this.#gates.clear();
  }
}

function choose(fault: FaultChoice, entry: LedgerEntry): Fault | undefined {
  return typeof fault === 'function' ? fault(entry) : fault;
}
