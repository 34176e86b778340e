import assert from 'node:assert/strict';
import type { TokenRecord } from '../../tokens/token-record.js';
import { TokenSet } from '../../tokens/token-set.js';
import type { TokenStorage } from '../../storage/token-storage.js';

/** One sentence of the contract and its proof. */
export interface StorageCase<S extends TokenStorage> {
  readonly title: string;
  readonly body: (storage: S) => Promise<void>;
}

/** The credential that the contract uses when one is enough. */
export const ada = 'https://login.example#client#ada';

/** A stamped token set of `key`; other fields by `record`. */
export function tokensOf(key: string, generation: number, record: TokenRecord = {}): TokenSet {
  const fields = { access_token: `at-${generation}`, refresh_token: `rt-${generation}`, ...record };
  return TokenSet.from(fields).withStamp({ key, generation });
}

/** A context for `save` and `delete` outside of a lock, where the contract does not need one. */
export function expecting(expected: number | undefined) {
  return { reason: 'refresh', expected, lock: { signal: new AbortController().signal } } as const;
}

/** Fails unless `promise` rejects with an error of this `code`. */
export async function assertRejects(promise: Promise<unknown>, code: string): Promise<void> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  assert.ok('error' in outcome, `expected an error with code ${code}, but nothing was thrown`);
  const found = (outcome.error as { code?: unknown } | undefined)?.code;
  assert.equal(found, code, `expected an error with code ${code}, but got ${String(outcome.error)}`);
}

/** Fails unless the storage holds exactly `tokens` under `key`. */
export async function assertHolds(storage: TokenStorage, key: string, tokens: TokenSet | undefined): Promise<void> {
  assert.deepEqual((await storage.load(key))?.toJSON(), tokens?.toJSON());
}
