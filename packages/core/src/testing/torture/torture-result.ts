import type { TorturePoint, TortureSignal } from './points.js';
import type { TortureProfile } from './torture-options.js';

/** What was counted. All but the hits and the excused have to be zero. @group Torture kit */
export interface TortureCounts {
  /** Rounds in which the victim was hit at this point. */
  readonly hits: number;
  /** Used refresh tokens presented again although the successor had been saved, or while its user held the lock. */
  readonly reuses: number;
  /**
   * Logins that the server honoured and a call could not use, and those that were lost, or for which callers were told to log in,
   * without a fault between the server's rotation and the save.
   */
  readonly lostLogins: number;
  /** Times at which two processes owned the lock. */
  readonly doubleOwners: number;
  /** Rounds after which the record could not be read, was gone, or mixed the tokens of two answers. */
  readonly torn: number;
  /** Callers left without a token or an `AuthFlowError`; those of a killed process are not counted. */
  readonly left: number;
  /** Reuses that the server punished, but that nobody can prevent: the answer died with its process. */
  readonly excusedReuses: number;
  /** Logins lost because the process was hit between the server's rotation and the save. */
  readonly excusedLogins: number;
}

/** The counts of one point and signal. @group Torture kit */
export interface TortureRow extends TortureCounts {
  /** Where the victims were hit. */
  readonly point: TorturePoint;
  /** What they were hit with. */
  readonly signal: TortureSignal;
}

/** What a run of the torture kit found. @group Torture kit */
export interface TortureResult {
  /** Repeats the choices of this run. */
  readonly seed: number;
  /** How many shared the tokens. */
  readonly processes: number;
  /** What the server did with a used refresh token. */
  readonly profile: TortureProfile;
  /** Whether the storage's lock was used. */
  readonly guarded: boolean;
  /** Hits that were asked for, for each point and signal. */
  readonly wanted: number;
  /** Rounds played, those without a hit included. */
  readonly rounds: number;
  /** Calls answered by a token. */
  readonly tokens: number;
  /** Calls answered by an `AuthFlowError`, by its code. */
  readonly errors: Readonly<Record<string, number>>;
  /** How long the run took. */
  readonly seconds: number;
  /** One row for each point and signal, in the order of the transaction. */
  readonly rows: readonly TortureRow[];
  /** The sums of all rows. */
  readonly totals: TortureCounts;
}

/** The counts that have to be zero. */
const mustBeZero = ['reuses', 'lostLogins', 'doubleOwners', 'torn', 'left'] as const;

/** No counts yet. */
export const noCounts: TortureCounts = {
  hits: 0,
  reuses: 0,
  lostLogins: 0,
  doubleOwners: 0,
  torn: 0,
  left: 0,
  excusedReuses: 0,
  excusedLogins: 0,
};

/** Adds two counts. */
export function addCounts(one: TortureCounts, other: Partial<TortureCounts>): TortureCounts {
  const names = Object.keys(noCounts) as (keyof TortureCounts)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + (other[name] ?? 0)])) as unknown as TortureCounts;
}

/** Whether all that has to be zero is zero, and every hit was made. @group Torture kit */
export function isUnharmed({ totals, rows, wanted }: TortureResult): boolean {
  return mustBeZero.every((name) => totals[name] === 0) && rows.every(({ hits }) => hits >= wanted);
}
