/**
 * The named points of the refresh transaction, in their order:
 *
 * - `before-lock`: the process is about to wait for the lock;
 * - `locked`: it has the lock, and has not looked at the storage yet;
 * - `sent`: its request has reached the server, and no answer has come back;
 * - `answered`: it has the whole answer, and has done nothing with it;
 * - `before-save`: it is about to save the new tokens;
 * - `in-save`: the save is under way;
 * - `saved`: the save is done, and the lock is still held.
 *
 * @group Torture kit
 */
export const torturePoints = ['before-lock', 'locked', 'sent', 'answered', 'before-save', 'in-save', 'saved'] as const;

/** A named point of the refresh transaction; see {@link torturePoints}. @group Torture kit */
export type TorturePoint = (typeof torturePoints)[number];

/** What a process is hit with: `SIGSTOP` freezes it for a while, `SIGCONT` comes later. @group Torture kit */
export const tortureSignals = ['SIGKILL', 'SIGSTOP'] as const;

/** What a process is hit with; see {@link tortureSignals}. @group Torture kit */
export type TortureSignal = (typeof tortureSignals)[number];
