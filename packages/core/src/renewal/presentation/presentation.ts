import {
  InvalidRefreshTokenError,
  LockLostError,
  OAuthError,
  RefreshOutcomeUnknownError,
  StorageConflictError,
} from '../../errors/index.js';
import { answerIn } from '../../errors/oauth-error.js';
import { grantParameters } from '../../options/grant-parameters.js';
import type { OAuthClient, ReceivedTokens } from '../../server/oauth-client.js';
import { unreadBehind } from '../../server/answers/unread-answer.js';
import { mayNotRefresh } from '../../server/refusals.js';
import type { ShapedRequest } from '../../server/shaped-request.js';
import type { HeldLock } from '../../storage/lock.js';
import { hasMoved } from '../../tokens/generation.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { UnreadAnswer } from '../../tokens/unread-answer.js';
import type { StoredTokens } from '../credential-state.js';
import { oneMore, suspectedError } from './refresh-notes.js';
import { suspectedOf, unansweredOf } from './unanswered.js';
import type { TokenKeeper } from '../saving/token-keeper.js';

/** A request that presents a refresh token, and who makes it. */
export interface ShapedPresentation {
  readonly client: OAuthClient;
  readonly request: ShapedRequest;
}

/** Presents refresh tokens, and notes for all processes what came of it. */
export class Presentation {
  readonly #keeper: TokenKeeper;

  constructor(keeper: TokenKeeper) {
    this.#keeper = keeper;
  }

  /** Shapes the request before the lock where that calls the application's code; else it is left until it is sent. */
  shapeBefore(tokens: TokenSet, client: OAuthClient): ShapedRequest | undefined {
    return this.#keeper.parts.settings.dialect?.request && this.#shape(tokens, client);
  }

  #shape({ refreshToken }: TokenSet, client: OAuthClient): ShapedRequest {
    const { resource, dialect } = this.#keeper.parts.settings;
    const form = grantParameters({ resource }, { ...dialect?.refreshParameters, refresh_token: refreshToken });
    return client.shape('refresh_token', form);
  }

  /**
   * The request for these tokens under the lock: the one that was made before, unless another token is stored now. Then the
   * run has to begin again where the application's code would be called; this is `undefined`.
   */
  shapeAgain(tokens: TokenSet, client: OAuthClient, before: ShapedRequest | undefined): ShapedRequest | undefined {
    if (before?.form.get('refresh_token') === tokens.refreshToken) return before;
    return this.#keeper.parts.settings.dialect?.request ? undefined : this.#shape(tokens, client);
  }

  /** Sends the refresh token, unless the lock was lost. Once sent, it is not aborted. */
  async send(
    tokens: TokenSet,
    stored: StoredTokens,
    lock: HeldLock,
    { client, request }: ShapedPresentation,
  ): Promise<ReceivedTokens> {
    const { owner, credential, events } = this.#keeper.parts;
    const beforeSending = (): void => {
      if (lock.signal.aborted) throw new LockLostError();
    };
    const before = unansweredOf(tokens, credential);
    try {
      return await client.requestTokens('refresh_token', request, { beforeSending, dpopKey: tokens.dpopKey });
    } catch (error) {
      if (before && error instanceof InvalidRefreshTokenError) throw afterSilence(error);
      if (!(error instanceof RefreshOutcomeUnknownError)) throw error;
      await this.#noteSilence(tokens, stored, lock, unreadBehind(error));
      events.emit('outcomeUnknown', { key: owner.key, error });
      throw error;
    }
  }

  /** Notes a presentation in vain. An answer that could not be read may hold the only tokens, so it is saved as these are. */
  async #noteSilence(
    tokens: TokenSet,
    stored: StoredTokens,
    lock: HeldLock,
    unread: UnreadAnswer | undefined,
  ): Promise<void> {
    const keeper = this.#keeper;
    const { credential, settings } = keeper.parts;
    const unanswered = oneMore(unansweredOf(tokens, credential), settings.clock.now());
    let present = stored;
    if (unread) {
      const scope = tokens.stamp?.requested_scope;
      const saved = await keeper.save(tokens.withUnread(unread), stored, { reason: 'refresh', lock, scope });
      present = { tokens: saved, expected: saved.generation };
    }
    credential.unanswered = { tokens, ...unanswered };
    await keeper.note(present, { unanswered }, lock);
  }

  /**
   * Decides whether the run goes on after a failure: with what somebody else has stored, or by a new grant. What was refused
   * is noted, so that no process presents it again, or not before a pause.
   *
   * @throws TokenRequestError when a login has not changed the answer
   */
  async goesOnAfter(error: unknown, presented: TokenSet, lock: HeldLock): Promise<boolean> {
    const keeper = this.#keeper;
    const { credential, grant } = keeper.parts;
    if (!(error instanceof OAuthError)) return false;
    const isDead = error instanceof InvalidRefreshTokenError;
    const isSuspect = error.code === 'REFRESH_TOKEN_SUSPECT';
    if (isDead || isSuspect) {
      const stored = await keeper.load();
      if (stored.tokens && hasMoved(stored.tokens, presented)) return true;
      if (isSuspect) return this.#noteSuspicion(error, stored, presented, lock);
      credential.refused = { tokens: presented, error };
      return !grant.interactive || (await keeper.note(stored, { refused: true }, lock)) instanceof StorageConflictError;
    }
    const asksAnew = !grant.interactive && mayNotRefresh(error);
    if (asksAnew) credential.refused = { tokens: presented, error };
    return asksAnew;
  }

  async #noteSuspicion(
    refusal: OAuthError,
    stored: StoredTokens,
    presented: TokenSet,
    lock: HeldLock,
  ): Promise<boolean> {
    const keeper = this.#keeper;
    const { credential, grant, settings } = keeper.parts;
    const { error = '', errorDescription, status } = refusal;
    const suspected = {
      ...oneMore(suspectedOf(presented, credential), settings.clock.now()),
      error,
      ...(errorDescription !== undefined && { description: errorDescription }),
      ...(status !== undefined && { status }),
    };
    credential.suspected = { tokens: presented, ...suspected };
    await keeper.note(stored, { suspected }, lock);
    if (presented.stamp?.suspected_before === error) throw suspectedError(presented, suspected);
    return !grant.interactive;
  }
}

/** The server had most likely replaced the token when its answer was lost. */
function afterSilence(error: InvalidRefreshTokenError): Error {
  return new InvalidRefreshTokenError({
    ...answerIn(error),
    cause: error.cause,
    message:
      'The authorization server refused the refresh token, to which an earlier answer was lost: it had most likely replaced it.',
  });
}
