import { StorageConflictError } from '../errors/index.js';
import { randomId } from '../platform/random-id.js';
import { assertTokenSet } from './record-kind.js';
import { unionOfScopes } from './scope.js';
import type { RecordStamp } from './token-record.js';
import type { TokenSet } from './token-set.js';

/** Returns the generation to save next: larger than the last one, and never used before, even after a deletion. */
export function nextGeneration(previous: number | undefined, now: number): number {
  return Math.max((previous ?? 0) + 1, Math.floor(now));
}

/** Returns what to note beside tokens that are to be saved over `previous`. */
export function nextStamp(
  tokens: TokenSet,
  previous: TokenSet | undefined,
  { key, kind, account, scope, isRenewal, now }: StampDetails,
): Omit<RecordStamp, 'version'> {
  const bootstrap = tokens.stamp?.bootstrap ?? previous?.stamp?.bootstrap;
  const login = (isRenewal ? previous?.stamp?.login : undefined) ?? randomId();
  const { error = previous?.stamp?.suspected_before } = previous?.stamp?.suspected ?? {};
  const suspected = isRenewal || error === 'invalid_grant' ? undefined : error; // that one is of a grant, which a login replaces
  const requested = unionOfScopes(scope, tokens.stamp?.requested_scope);
  return {
    key,
    kind,
    ...(account !== undefined && { account }),
    generation: nextGeneration(previous?.generation, now),
    ...(requested && { requested_scope: requested }),
    ...(bootstrap !== undefined && { bootstrap }),
    login,
    ...(suspected !== undefined && { suspected_before: suspected }),
  };
}

/** What a stamp says beside what it takes from the tokens. */
export interface StampDetails {
  readonly key: string;
  readonly kind: string;
  readonly account: string | undefined;
  /** The scopes that were asked for, beside those that the tokens name themselves. */
  readonly scope: string | undefined;
  /** Whether the tokens are of the same login as those before. */
  readonly isRenewal: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Throws {@link StorageConflictError} unless `stored` has the `expected` generation; `undefined` expects nothing.
 * For storages whose lock makes load, compare and write one step.
 *
 * @throws TypeError for what is no `TokenSet`: a record as an object would be taken for none that is there
 * @group Write your own storage
 */
export function assertGeneration(stored: TokenSet | undefined, expected: number | undefined): void {
  if (stored) assertTokenSet(stored);
  const found = stored?.generation ?? 0;
  if (expected !== undefined && found !== expected) throw new StorageConflictError({ expected, found });
}

/** Tells whether `stored` holds other tokens than `known`, that is, whether somebody renewed or logged in since. */
export function hasMoved(stored: TokenSet, known: TokenSet): boolean {
  return stored.refreshToken !== known.refreshToken || stored.accessToken !== known.accessToken;
}

/**
 * Tells whether storage holds an older record of the very login that `known` is of: it went back in time. Where a record names
 * no login, as that of hooks that keep some fields only, it is told by the refresh token that `known` took the place of.
 */
export function hasGoneBack(stored: TokenSet, known: TokenSet, spent: string | undefined): boolean {
  if (stored.stamp?.login === undefined) return spent !== undefined && stored.refreshToken === spent;
  return stored.stamp.login === known.stamp?.login && (stored.generation ?? 0) < (known.generation ?? 0);
}
