import type { Call } from '../options/access-token-options.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import type { Callers } from './callers.js';
import type { CredentialState, RunOutcome, StoredTokens } from './credential-state.js';
import {
  AuthFlowError,
  LockLostError,
  LockTimeoutError,
  LoginRequiredError,
  NoTokensError,
  RefreshOutcomeUnknownError,
  StorageUnavailableError,
} from '../errors/index.js';
import { type FlowEvents, summarize } from '../tokens/flow-events.js';
import { hasMoved } from '../tokens/generation.js';
import { grantParameters } from '../options/grant-parameters.js';
import { subjectProblem, assertAccessToken, mergeAnswer } from '../tokens/merge.js';
import type { HeldLock } from '../storage/lock.js';
import type { OAuthClient, TokenAnswer } from '../server/oauth-client.js';
import { countUnanswered, whyNotRenewable } from './renewability.js';
import type { TokenKeeper } from './token-keeper.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What the steps work with. */
export interface RenewalParts {
  readonly key: string;
  readonly options: AuthFlowOptions;
  readonly credential: CredentialState;
  readonly keeper: TokenKeeper;
  readonly callers: Callers;
  readonly events: FlowEvents;
  readonly now: () => number;
}

/** The steps of a renewal; `AuthFlow` says in which order they come. */
export class RenewalSteps {
  readonly #parts: RenewalParts;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** Reads storage. Another token there that is good ends the run: somebody was first. */
  async look(call: Call): Promise<{ outcome?: RunOutcome; stored: StoredTokens }> {
    const { credential, keeper, callers, events, key } = this.#parts;
    const before = credential.tokens;
    const stored = await keeper.load();
    const { tokens } = stored;
    if (!tokens) return { stored };
    const isNew = !before || hasMoved(tokens, before);
    if (isNew) events.emit(before ? 'adopted' : 'loaded', { key, tokens: summarize(tokens) });
    const outcome = { tokens, requestedAt: undefined };
    const isAnswer = isNew ? callers.answers(outcome, call) : callers.accepts(tokens, call);
    return isAnswer ? { outcome, stored } : { stored };
  }

  /** Looks while another process holds the lock: its renewal may serve this run too. */
  async lookAgain(call: Call): Promise<RunOutcome | undefined> {
    return this.#parts.credential.unsaved ? undefined : (await this.look(call)).outcome;
  }

  /** Returns why the refresh token cannot be redeemed, `undefined` when it can. */
  obstacle(tokens: TokenSet | undefined): LoginRequiredError | undefined {
    const { credential, options, now } = this.#parts;
    return whyNotRenewable(tokens, credential, options, now());
  }

  /**
   * Redeems the refresh token, unless the lock was lost; keeps what came before validating it; saves it before anybody
   * is given it. Once sent, it is not aborted.
   */
  async redeem(client: OAuthClient, stored: StoredTokens, tokens: TokenSet, lock: HeldLock): Promise<RunOutcome> {
    const { key, options, keeper, events, now } = this.#parts;
    const began = now();
    const answer = await this.#present(client, stored, tokens, lock);
    const kept = mergeAnswer(answer.body, answer.sentAt, tokens);
    const scope = tokens.stamp?.requested_scope ?? options.scope;
    const saved = await keeper.save(kept, stored, { reason: 'refresh', lock, scope });
    this.validate({ ...answer, problem: answer.problem ?? subjectProblem(kept, tokens) });
    events.emit('renewed', { key, tokens: summarize(saved), duration: (now() - began) / 1000 });
    return { tokens: saved, requestedAt: answer.sentAt };
  }

  async #present(client: OAuthClient, stored: StoredTokens, tokens: TokenSet, lock: HeldLock): Promise<TokenAnswer> {
    const { key, options, credential, keeper, events, now } = this.#parts;
    const parameters = grantParameters({ resource: options.resource }, { refresh_token: tokens.refreshToken });
    const beforeSending = (): void => {
      if (lock.signal.aborted) throw new LockLostError();
    };
    try {
      return await client.requestTokens('refresh_token', parameters, { beforeSending, dpopKey: tokens.dpopKey });
    } catch (error) {
      if (error instanceof RefreshOutcomeUnknownError) {
        await keeper.noteUnanswered(stored, countUnanswered(tokens, credential.unanswered, now()), lock);
        events.emit('outcomeUnknown', { key, error });
      }
      throw error;
    }
  }

  /**
   * Saves the tokens of a new grant that needed no person.
   *
   * @throws StorageUnavailableError when they are a bare refresh token that cannot be saved: it is not redeemed then
   */
  async saveNew(tokens: TokenSet, stored: StoredTokens, lock: HeldLock, requestedAt: number): Promise<RunOutcome> {
    const { key, options, credential, keeper, events, now } = this.#parts;
    const saved = await keeper.save(tokens, stored, { reason: 'login', lock, scope: options.scope });
    if (saved.accessToken !== undefined) {
      events.emit('authorized', { key, tokens: summarize(saved), duration: (now() - requestedAt) / 1000 });
    } else if (credential.unsaved) {
      throw new StorageUnavailableError({ message: 'The refresh token could not be saved, so it was not redeemed.' });
    }
    return { tokens: saved, requestedAt };
  }

  /** The lock was lost before the save, and somebody else wrote meanwhile: theirs is what counts. */
  async yield(call: Call, cause: Error): Promise<RunOutcome> {
    const { outcome, stored } = await this.look(call);
    if (outcome) return outcome;
    throw stored.tokens ? new LockLostError({ cause }) : new NoTokensError();
  }

  /** An id token that does not verify is told; an answer without an access token is an error. */
  validate({ problem, body }: TokenAnswer): void {
    const { key, events } = this.#parts;
    if (problem) events.emit('answerInvalid', { key, problem });
    assertAccessToken(body);
  }

  /** Tells by an event why a run failed. One ahead that left, since another process renews, has not. */
  tellFailure(error: unknown, { isAhead }: Call): void {
    const { key, events } = this.#parts;
    if (error instanceof LoginRequiredError) events.emit('loginRequired', { key, error });
    else if (isAhead && error instanceof LockTimeoutError) return;
    else if (error instanceof AuthFlowError) events.emit('renewalFailed', { key, error });
  }
}
