import type { SendOne } from './link/link.js';

/** Fewer replicas than asked for have what was written. */
export class TooFewReplicas extends Error {
  readonly code = 'REPLICAS';
}

/** Waits until enough replicas have what this link wrote. @throws TooFewReplicas after so many milliseconds */
export async function confirmReplicas(send: SendOne, replicas: number, milliseconds: number): Promise<void> {
  if (replicas === 0) return;
  const confirmed = await send(['WAIT', String(replicas), String(Math.ceil(milliseconds))]);
  if (Number(confirmed) < replicas) throw new TooFewReplicas();
}
