import assert from 'node:assert/strict';
import {
  CredentialMismatchError,
  LockTimeoutError,
  RecordUnreadableError,
  StorageConflictError,
  StorageUnavailableError,
} from '../../errors/index.js';
import { causesOf } from '../../errors/error-causes.js';
import { kindOf } from '../../platform/kind-of.js';
import type { TokenRecord } from '../../tokens/token-record.js';
import { TokenSet } from '../../tokens/token-set.js';
import type { LockOptions } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';

/** One sentence of the contract and its proof. */
export interface StorageCase<S extends TokenStorage> {
  readonly title: string;
  readonly body: (storage: S) => Promise<void>;
}

const secret = 'never-to-be-printed';

/** The class by which flows know what became of a storage. */
const classes = {
  CREDENTIAL_MISMATCH: CredentialMismatchError,
  ENCRYPTION_KEY_UNKNOWN: RecordUnreadableError,
  LOCK_TIMEOUT: LockTimeoutError,
  RECORD_SEALED: RecordUnreadableError,
  STORAGE_CONFLICT: StorageConflictError,
  STORAGE_UNAVAILABLE: StorageUnavailableError,
};

/** The code of an error that a storage has to throw. */
export type StorageErrorCode = keyof typeof classes;

/** The credential that the contract uses when one is enough: its name is as long as those that flows make. */
export const ada =
  'issuer=https%3a%2f%2flogin.example.org%2frealms%2fstaff&client_id=6731de76-14a6-49ae-97bc-6eba6914391e&account=ada';

/** A stamped token set of `key`; other fields by `record`. */
export function tokensOf(key: string, generation: number, record: TokenRecord = {}): TokenSet {
  const fields = { access_token: `${secret}-at-${generation}`, refresh_token: `${secret}-rt-${generation}`, ...record };
  return TokenSet.from(fields).withStamp({ key, generation });
}

/** A context for `save` and `delete` outside of a lock, where the contract does not need one. */
export function expecting(expected: number | undefined) {
  return { reason: 'refresh', expected, lock: { signal: new AbortController().signal } } as const;
}

/** Options for a lock that is waited for. */
export function waiting(): LockOptions {
  return { signal: new AbortController().signal, timeout: 20 };
}

/** What became of a promise. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Settles with what became of a promise, so that a failed assertion leaves no rejection unhandled. */
export function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Fails unless `promise` rejects with an error of this `code` and its class that tells no token. */
export async function assertRejects(promise: Promise<unknown>, code: StorageErrorCode): Promise<void> {
  const outcome = await outcomeOf(promise);
  assert.ok('error' in outcome, `expected an error with code ${code}, but nothing was thrown`);
  const found = (outcome.error as { code?: unknown } | undefined)?.code;
  assert.ok(!textOf(outcome.error).includes(secret), `the error with code ${String(found)} tells a token`);
  assert.equal(found, code, `expected an error with code ${code}, but got ${String(outcome.error)}`);
  assert.ok(outcome.error instanceof classes[code], `the error with code ${code} is no ${classes[code].name}`);
}

/** Fails unless the storage holds exactly `tokens` under `key`; for none it has to answer `undefined`. */
export async function assertHolds(storage: TokenStorage, key: string, tokens: TokenSet | undefined): Promise<void> {
  const found = (await storage.load(key)) as Partial<TokenSet> | null | undefined;
  const isGiven = found === undefined || typeof found?.toJSON === 'function';
  assert.ok(isGiven, `load gave ${kindOf(found)}; it has to give a TokenSet, or undefined where nothing is stored`);
  assert.deepEqual(found?.toJSON?.(), tokens?.toJSON());
}

/** What somebody who prints an error may get to see. */
function textOf(error: unknown): string {
  const texts = causesOf(error).map((each) => {
    const several = Array.isArray(each.errors) ? each.errors.map(textOf) : [];
    return [each.message, (each as Error).stack, propertiesOf(each), ...several].join('\n');
  });
  return [String(error), ...texts].join('\n');
}

function propertiesOf(error: object): string {
  try {
    return JSON.stringify(error);
  } catch {
    return ''; // it holds itself
  }
}
