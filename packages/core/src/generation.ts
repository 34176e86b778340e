import { StorageConflictError } from './errors.js';
import type { TokenSet } from './token-set.js';

/** Returns the generation to save next: larger than the last one, and never used before, even after a deletion. */
export function nextGeneration(previous: number | undefined, now: number): number {
  return Math.max((previous ?? 0) + 1, Math.floor(now));
}

/**
 * Throws {@link StorageConflictError} unless `stored` has the `expected` generation; `undefined` expects nothing.
 * For storages whose lock makes load, compare and write one step.
 */
export function assertGeneration(stored: TokenSet | undefined, expected: number | undefined): void {
  const found = stored?.generation ?? 0;
  if (expected !== undefined && found !== expected) throw new StorageConflictError({ expected, found });
}

/** Tells whether `stored` holds other tokens than `known`, that is, whether somebody renewed or logged in since. */
export function hasMoved(stored: TokenSet, known: TokenSet): boolean {
  return stored.refreshToken !== known.refreshToken || stored.accessToken !== known.accessToken;
}
