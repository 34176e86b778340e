/**
 * The named points of the refresh transaction, in their order:
 *
 * - `take-lock`: the process is about to wait for the lock;
 * - `look-again`: it has the lock, and has not looked at the storage yet;
 * - `redeem`: its request has reached the server, and no answer has come back;
 * - `merge`: it has the whole answer, and has done nothing with it;
 * - `save`: it is about to save the new tokens;
 * - `saving`: the save is under way;
 * - `validate`: the save is done, and the lock is still held.
 *
 * @group Torture kit
 */
export const torturePoints = ['take-lock', 'look-again', 'redeem', 'merge', 'save', 'saving', 'validate'] as const;

/** A named point of the refresh transaction; see {@link torturePoints}. @group Torture kit */
export type TorturePoint = (typeof torturePoints)[number];

/** What a process is hit with: `SIGSTOP` freezes it for a while, `SIGCONT` comes later. @group Torture kit */
export const tortureSignals = ['SIGKILL', 'SIGSTOP'] as const;

/** What a process is hit with; see {@link tortureSignals}. @group Torture kit */
export type TortureSignal = (typeof tortureSignals)[number];
