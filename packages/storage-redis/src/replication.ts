import { NotPrimary, type Primary } from './link/link.js';

/** Fewer replicas than asked for have what was written. */
export class TooFewReplicas extends Error {
  readonly code = 'REPLICAS';
}

/**
 * Waits until enough replicas have what the step wrote, and makes sure that they are replicas of the primary: the others of
 * one that was promoted go on confirming what a server that was the primary takes, and drop it moments later.
 *
 * @throws TooFewReplicas after so many milliseconds; NotPrimary, when the step has to be repeated
 */
export async function confirmReplicas(primary: Primary, replicas: number, milliseconds: number): Promise<void> {
  if (replicas === 0) return;
  const confirmed = await primary.send(['WAIT', String(replicas), String(Math.ceil(milliseconds))]);
  const tooFew = Number(confirmed) < replicas;
  // A primary alone has nobody who could be asked; if it has replicas by now, another link finds them.
  if (!((await primary.isPrimary()) ?? tooFew)) throw new NotPrimary();
  if (tooFew) throw new TooFewReplicas();
}

/** Makes sure that what the step found is so at the primary. @throws NotPrimary */
export async function confirmPrimary({ isPrimary }: Primary, replicas: number): Promise<void> {
  if (replicas > 0 && !(await isPrimary())) throw new NotPrimary();
}
