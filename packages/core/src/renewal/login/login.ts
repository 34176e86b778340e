import { keepRefreshToken } from '../../tokens/merge.js';
import type { CredentialState, LoginInProgress, StoredTokens } from '../credential-state.js';
import type { AuthorizeContext } from '../authorize-context.js';
import { missingScopes } from '../../tokens/scope.js';
import { unreadBehind } from '../../server/answers/unread-answer.js';
import { TokenSet } from '../../tokens/token-set.js';
import type { UnreadAnswer } from '../../tokens/unread-answer.js';
import { noteUnderWay } from '../settled.js';
import type { TokenKeeper } from '../saving/token-keeper.js';
import { throwIfAborted } from '../../platform/on-abort.js';
import { unlessAborted, untilAborted } from '../../platform/waiting.js';

/** Why tokens are saved, and for which scopes. */
interface LoginReason {
  /** The scopes that were asked for, beside those that the tokens name themselves. */
  readonly scope: string | undefined;
  readonly reason: 'login' | 'import';
  /** Whether a flow that wanted other scopes may have begun this login: what the tokens name themselves is all then. */
  readonly isOfOthers?: boolean;
}

/**
 * Obtains tokens by a step that may keep a person busy, and saves them. The lock is not held meanwhile: it is taken
 * before, to see that tokens can be saved here at all, and after, to save them. When that fails, they stay in memory
 * and later calls save them.
 */
export async function logIn(
  keeper: TokenKeeper,
  step: (context: AuthorizeContext) => Promise<TokenSet>,
  how: LoginReason,
  signal: AbortSignal,
): Promise<TokenSet> {
  const before = await keeper.locked(() => keeper.load('login'));
  const login = Promise.resolve(step({ signal, previous: before.tokens })); // in JavaScript it may be no promise
  const tokens = await login.catch(async (error: unknown) => {
    const unread = unreadBehind(error);
    if (unread) await noteUnderWay(saveUnread(keeper, unread, how)).catch(() => undefined); // the error says more
    throw error;
  });
  const asked = how.isOfOthers ? tokens.stamp?.requested_scope : undefined;
  return noteUnderWay(saveLogin(keeper, TokenSet.from(tokens), before, { ...how, scope: asked ?? how.scope }));
}

async function saveLogin(
  keeper: TokenKeeper,
  tokens: TokenSet,
  before: StoredTokens,
  how: LoginReason,
): Promise<TokenSet> {
  const complete = (stored: StoredTokens): TokenSet =>
    how.reason === 'login' ? keepRefreshToken(tokens, stored.tokens) : tokens;
  try {
    return await keeper.locked(async (lock) => {
      const stored = await keeper.load('login');
      return keeper.save(complete(stored), stored, { ...how, overwrite: true, lock });
    });
  } catch (error) {
    return keeper.keepLogin(complete(before), before, how, error);
  }
}

/** Keeps the answer to a login that could not be read: beside the tokens that are there, or alone. */
function saveUnread(
  keeper: TokenKeeper,
  unread: UnreadAnswer,
  { scope }: { readonly scope: string | undefined },
): Promise<TokenSet> {
  return keeper.locked(async (lock) => {
    const stored = await keeper.load('login');
    const { tokens } = stored;
    if (!tokens)
      return keeper.save(TokenSet.ofUnread(unread), stored, { reason: 'login', overwrite: true, scope, lock });
    const requested = tokens.stamp?.requested_scope;
    return keeper.save(tokens.withUnread({ ...unread, another_login: true }), stored, {
      reason: 'refresh',
      scope: requested,
      lock,
    });
  });
}

/**
 * Joins the login of this credential, or starts it. It goes on while anybody waits for it, and is aborted when the
 * last of them has left. Whoever wants scopes that it did not ask for logs in after it.
 */
export async function joinLogin(
  credential: CredentialState,
  start: (signal: AbortSignal) => Promise<TokenSet>,
  scope: string | undefined,
  signal: AbortSignal | undefined,
): Promise<TokenSet> {
  throwIfAborted(signal);
  const joined = credential.login;
  const tokens = await waitFor(credential, (credential.login ??= begin(start)), signal);
  return joined && missingScopes(tokens, scope).length > 0 ? joinLogin(credential, start, scope, signal) : tokens;
}

async function waitFor(
  credential: CredentialState,
  login: LoginInProgress,
  signal: AbortSignal | undefined,
): Promise<TokenSet> {
  login.waiters++;
  try {
    return await untilAborted(signal, login.tokens);
  } finally {
    if (--login.waiters === 0) login.controller.abort(signal?.reason);
    if (login.waiters === 0 && credential.login === login) credential.login = undefined;
  }
}

/** Starts a login that nobody else may join, such as the exchange of one certain code. */
export function beginLogin(
  start: (signal: AbortSignal) => Promise<TokenSet>,
  signal: AbortSignal = new AbortController().signal,
): Promise<TokenSet> {
  return unlessAborted(signal, () => start(signal));
}

function begin(start: (signal: AbortSignal) => Promise<TokenSet>): LoginInProgress {
  const controller = new AbortController();
  const tokens = start(controller.signal);
  tokens.catch(() => undefined); // whoever waits is told; nobody may be left
  return { tokens, controller, waiters: 0 };
}
