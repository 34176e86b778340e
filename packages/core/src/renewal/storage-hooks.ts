import type { Clock } from '../platform/clock.js';
import type { CredentialState } from './credential-state.js';
import { isErrorLike } from '../errors/error-causes.js';
import { AuthFlowError, RecordUnreadableError, StorageUnavailableError } from '../errors/index.js';
import type { FlowEvents } from '../tokens/flow-events.js';
import type { HeldLock, LockOptions } from '../storage/lock.js';
import { scrubError } from '../errors/scrub.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { DeleteContext, SaveContext } from '../storage/token-storage.js';

/** The storage hooks of a flow. */
export interface StorageHooks {
  load(): Promise<unknown>;
  save(tokens: TokenSet, context: SaveContext): Promise<void>;
  delete(context: DeleteContext): Promise<void>;
  withLock<T>(task: (lock: HeldLock) => Promise<T>, options: LockOptions): Promise<T>;
}

/** What a keeper works with. */
export interface KeeperParts {
  readonly key: string;
  readonly hooks: StorageHooks;
  readonly credential: CredentialState;
  readonly events: FlowEvents;
  readonly clock: Clock;
  /** Seconds. */
  readonly lockTimeout: number;
  /** Whether a record of another credential is overwritten, since no person is needed for a new one. */
  readonly overwritesOthers: boolean;
}

/** Why tokens are saved, and under which lock. */
export interface SaveReason {
  readonly reason: SaveContext['reason'];
  readonly lock: HeldLock;
  /** Replaces whatever is stored: a login. */
  readonly overwrite?: boolean;
  /** The scopes that were asked for. */
  readonly scope?: string | undefined;
}

/** Tells whether a hook found something that is no record, by what it or `TokenSet.from` throws. */
export function isNoRecord(error: unknown): boolean {
  return isErrorLike(error) && error.code === 'RECORD_UNREADABLE';
}

/** Gives what a hook throws a type; what has one is left as it is. */
export function storageError(message: string, error: unknown, tokens?: TokenSet): AuthFlowError {
  if (error instanceof AuthFlowError) return error;
  if (isNoRecord(error)) return new RecordUnreadableError();
  const secrets = [tokens?.accessToken, tokens?.refreshToken, tokens?.idToken].filter((token) => token !== undefined);
  return new StorageUnavailableError({ message, cause: scrubError(error, secrets) });
}
