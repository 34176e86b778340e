import { LoginRequiredError, RefreshOutcomeUnknownError } from '../../errors/index.js';
import type { FlowSettings } from '../../options/flow-settings.js';
import { aboutUnread, type ReadAnswer, readTranslated } from '../../server/answers/token-answer.js';
import { translate } from '../../server/answers/translated-answer.js';
import { answerFrom, namesTokens, refreshTokensNamed } from '../../server/answers/unread-answer.js';
import type { HeldLock } from '../../storage/lock.js';
import { summarize } from '../../tokens/flow-events.js';
import { hasMoved } from '../../tokens/generation.js';
import { keepRefreshToken, mergeAnswer } from '../../tokens/merge.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { UnreadAnswer } from '../../tokens/unread-answer.js';
import type { StoredTokens } from '../credential-state.js';
import type { FoundTokens } from '../good-enough.js';
import type { TokenKeeper } from '../saving/token-keeper.js';

/** What an answer that was kept with a record comes to, now that it is read again. */
export interface RereadAnswer {
  /** Tokens that it holds, and the record does not have yet. */
  readonly tokens?: TokenSet;
  /** Why the refresh token beside it is not presented: the answer holds its successor, and still cannot be read. */
  readonly error?: Error;
}

/** Reads an answer that was kept with a record again: the dialect may have been mended. It asks nobody. */
export function rereadAnswer(record: TokenSet, settings: FlowSettings): RereadAnswer {
  const { unread } = record;
  if (!unread) return {};
  const read = readAgain(unread, settings);
  const tokens = read && tokensOf(read, unread, record);
  if (tokens && hasMoved(tokens, record)) return { tokens };
  return holdsSuccessor(unread, read, record) ? { error: stillUnread(unread) } : {};
}

/** Saves what an answer that was kept holds, now that it can be read; `undefined` when there is none, or nothing new. */
export async function saveReread(
  record: TokenSet,
  stored: StoredTokens,
  lock: HeldLock,
  keeper: TokenKeeper,
): Promise<FoundTokens | undefined> {
  const { owner, settings, events } = keeper.parts;
  const { tokens } = rereadAnswer(record, settings);
  if (!tokens) return undefined;
  const isLogin = record.unread !== undefined && isOfLogin(record.unread);
  const scope = (isLogin ? undefined : record.stamp?.requested_scope) ?? settings.scope;
  const saved = await keeper.save(tokens, stored, { reason: isLogin ? 'login' : 'refresh', lock, scope });
  events.emit(isLogin ? 'authorized' : 'renewed', { key: owner.key, tokens: summarize(saved), duration: 0 });
  return { tokens: saved, isNew: true };
}

/** Whether the tokens are those of a login, and no renewal's. */
function isOfLogin({ purpose }: UnreadAnswer): boolean {
  return purpose !== 'refresh_token';
}

/** A login that could not be read outlives the renewals of the tokens of another beside it. */
export function loginIn({ unread }: TokenSet): UnreadAnswer | undefined {
  return unread?.another_login ? unread : undefined;
}

function readAgain(unread: UnreadAnswer, { dialect, clock }: FlowSettings): ReadAnswer | undefined {
  const { purpose, sent_at, dpop_key } = unread;
  try {
    const question = { purpose, secrets: [], now: clock.now() };
    const translated = translate(dialect, purpose, answerFrom(unread));
    return readTranslated(translated, question, { sentAt: sent_at, dpopKey: dpop_key });
  } catch {
    return undefined;
  }
}

function tokensOf({ body, unread }: ReadAnswer, kept: UnreadAnswer, record: TokenSet): TokenSet {
  if (!isOfLogin(kept)) return mergeAnswer(body, kept.sent_at, record).withUnread(unread);
  const login = mergeAnswer(body, kept.sent_at);
  return keepRefreshToken(kept.dpop_key ? login.boundTo(kept.dpop_key) : login, record).withUnread(unread);
}

function holdsSuccessor(unread: UnreadAnswer, read: ReadAnswer | undefined, { refreshToken }: TokenSet): boolean {
  if (isOfLogin(unread)) return refreshToken === undefined && !read && namesTokens(unread.text);
  if (!read) return namesTokens(unread.text);
  const others = refreshTokensNamed(unread.text).filter((token) => token !== refreshToken);
  return read.body['refresh_token'] === undefined && others.length > 0;
}

function stillUnread(unread: UnreadAnswer): Error {
  const about = aboutUnread(unread.status);
  return isOfLogin(unread) ? new LoginRequiredError(about) : new RefreshOutcomeUnknownError(about);
}
