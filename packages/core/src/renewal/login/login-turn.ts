import { LockTimeoutError } from '../../errors/index.js';
import type { Clock } from '../../platform/clock.js';
import type { Lock } from '../../storage/lock.js';
import { isValid } from '../../tokens/expiry.js';
import { missingScopes } from '../../tokens/scope.js';
import type { TokenSet } from '../../tokens/token-set.js';
import { runLocked } from '../run-locked.js';
import type { TokenKeeper } from '../saving/token-keeper.js';

/** What a caller found who has to log in, since it will not do. */
export interface Unusable {
  readonly tokens: TokenSet | undefined;
}

/** Who wants to log in. */
export interface LoginTurn {
  readonly keeper: TokenKeeper;
  /** `undefined` where no second lock is to be had. */
  readonly lock: Lock | undefined;
  /** `undefined` for who wants another login whatever is there. */
  readonly unusable?: Unusable | undefined;
  readonly key: string;
  readonly scope?: string | undefined;
  readonly clock: Clock;
}

/** Seconds for which a person may be busy: a day. Each waits by its own signal. */
const patience = 86_400;

/**
 * Logs in, unless somebody else does just now, in any process: that login is waited for, and is this one's too when it has
 * the scopes. One that was saved since the caller looked is as good. The lock is another than the credential's, which others
 * renew by meanwhile. A lock that is one for all keys cannot be held for so long: then nobody is excluded.
 */
export async function logInByTurn(
  { keeper, lock, unusable, key, scope, clock }: LoginTurn,
  logIn: (signal: AbortSignal) => Promise<TokenSet>,
  signal: AbortSignal,
): Promise<TokenSet> {
  if (!lock) return logIn(signal);
  const { tokens: before } = unusable ?? (await keeper.load('login'));
  const turn: { tokens?: TokenSet } = {};
  const task = async (): Promise<void> => {
    const { tokens } = await keeper.load('login');
    const isNew = !before || tokens?.stamp?.login !== before.stamp?.login;
    if (tokens && isNew && isValid(tokens, clock.now()) && missingScopes(tokens, scope).length === 0)
      turn.tokens = tokens;
    else if (await isApart(keeper)) turn.tokens = await logIn(signal);
  };
  const held = runLocked(
    (run, { timeout }) => lock.withLock(`${key}.login`, run, { signal, timeout, purpose: 'login' }),
    { timeout: patience },
    task,
  );
  await held.catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  return turn.tokens ?? logIn(signal);
}

/** Whether the credential's lock can be had beside the one that is held. */
async function isApart(keeper: TokenKeeper): Promise<boolean> {
  try {
    await keeper.locked(() => Promise.resolve(), { timeout: 1 });
    return true;
  } catch (error) {
    if (error instanceof LockTimeoutError) return false;
    throw error;
  }
}
