import {
  AuthFlowError,
  LockLostError,
  LoginRequiredError,
  NoTokensError,
  StorageConflictError,
  StorageUnavailableError,
} from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import type { Call } from '../options/access-token-options.js';
import type { Place } from '../platform/line.js';
import type { HeldLock } from '../storage/lock.js';
import { summarize, tellExpiring, tellProblem } from '../tokens/flow-events.js';
import { assertAccessToken, mergeAnswer, subjectProblem } from '../tokens/merge.js';
import { TokenSet } from '../tokens/token-set.js';
import type { StoredTokens } from './credential-state.js';
import { type FoundTokens, usable } from './good-enough.js';
import { look } from './look.js';
import { loginIn, saveReread } from './presentation/kept-answer.js';
import { Presentation, type ShapedPresentation } from './presentation/presentation.js';
import { prepare, type Prepared } from './presentation/prepared.js';
import { whyNotRedeemed } from './presentation/refresh-notes.js';
import { suspectedOf } from './presentation/unanswered.js';
import { NoPlaceError } from './no-place-error.js';
import { lockedInLine, takePlace } from './run-locked.js';
import { TokenKeeper } from './saving/token-keeper.js';
import type { RenewalParts, TokenReader } from './token-reader.js';

/** Milliseconds before a refresh token is redeemed after storage went back in time: another host may know a later one. */
const afterStepBack = 1000;
/** How often storage may go back in one run: one that does so each time does not keep what it is given. */
const mostStepsBack = 3;

/** Told when a run has come to so many refresh tokens that the server refuses. */
export const refusedEach = {
  message: 'The server refused each refresh token that the grant gave, one after the other.',
  remedy: 'Check that they were issued by this server, to this client.',
};

/** The refresh transaction, in the order and the words of `docs/refresh.md`. */
export class Renewal {
  readonly #parts: RenewalParts;
  readonly #keeper: TokenKeeper;
  readonly #presentation: Presentation;
  #stepsBack = 0;

  constructor({ parts }: TokenReader) {
    this.#parts = parts;
    this.#keeper = new TokenKeeper(parts);
    this.#presentation = new Presentation(this.#keeper);
  }

  /**
   * Renews, after a look that found nothing which will do, or was left out since tokens were not saved yet.
   *
   * @returns `undefined` when the run is to begin again; a bare refresh token when that is to be redeemed
   */
  async attempt(call: Call, stored: StoredTokens | undefined): Promise<FoundTokens | undefined> {
    const { credential, grant } = this.#parts;
    let tokens = credential.unsaved?.tokens;
    let refusal: Error | undefined;
    if (!tokens) {
      if (!stored) return undefined; // they have been saved meanwhile
      tokens = stored.tokens;
      refusal = this.#whyAnew(tokens);
    }
    const prepared = await this.#orSave(prepare(grant, this.#presentation, { tokens, refusal }));
    const waits = !call.isEarly && !usable(credential.tokens, call, this.#parts.settings);
    const place = await this.#orSave(takePlace(prepared.client, credential, waits));
    if (!place) throw new NoPlaceError();
    const found = await this.#inLine(call, prepared, place);
    if (!found && credential.wentBack) await this.#waitAfterStepBack();
    else this.#stepsBack = 0;
    credential.wentBack &&= found !== undefined;
    return found;
  }

  /** What is to be saved needs no server, so it is saved where that fails, too. */
  async #orSave<T>(step: Promise<T>): Promise<T> {
    return step.catch(async (error: unknown) => {
      if (this.#parts.credential.unsaved) await this.#keeper.saveLater().catch(() => undefined);
      throw error;
    });
  }

  async #waitAfterStepBack(): Promise<void> {
    if (++this.#stepsBack < mostStepsBack) return this.#parts.settings.clock.sleep(afterStepBack);
    this.#stepsBack = 0;
    throw new StorageUnavailableError({
      message:
        'The storage does not keep what it is given: it took newer tokens again and again, and still holds older ones.',
      remedy: 'Let a save resolve when the tokens are stored, and reads see it at once; no login is needed.',
    });
  }

  #inLine(call: Call, prepared: Prepared, place: Place): Promise<FoundTokens | undefined> {
    const { credential, settings } = this.#parts;
    const underLock = async (lock: HeldLock): Promise<FoundTokens | undefined> => {
      await this.#keeper.saveUnsaved(lock);
      return this.#underLock(call, lock, prepared);
    };
    return lockedInLine((task, options) => this.#keeper.locked(task, options), underLock, {
      place,
      takePlace: (waits) => takePlace(prepared.client, credential, waits),
      timeout: call.isAhead ? 0 : settings.lockTimeout,
      whileWaiting: async () => (credential.unsaved ? undefined : (await look(this.#keeper, call)).found),
    });
  }

  async #underLock(call: Call, lock: HeldLock, prepared: Prepared): Promise<FoundTokens | undefined> {
    const { found, stored } = await look(this.#keeper, call);
    if (found) return found;
    const { tokens } = stored;
    // What a new grant is made of may take longer to read than the pause that was the reason for it.
    const suspected = tokens && suspectedOf(tokens, this.#parts.credential);
    const refusal = (suspected && prepared.refusal) ?? this.#whyAnew(tokens);
    const redeemed = refusal ? undefined : tokens;
    if (redeemed && this.#parts.credential.wentBack) return undefined;
    if (refusal && !prepared.refusal) return undefined; // what the new grant is made of is read without the lock
    const { client, request } = prepared;
    try {
      const kept = redeemed && (await saveReread(redeemed, stored, lock, this.#keeper));
      if (kept) return kept;
      if (redeemed && client) {
        const shaped = this.#presentation.shapeAgain(redeemed, client, request);
        return shaped && (await this.#redeem(redeemed, stored, lock, { client, request: shaped }));
      }
      return await this.#askAnew(stored, lock, { ...prepared, refusal: tokens && refusal });
    } catch (error) {
      const { credential } = this.#parts;
      // The grant has no other answer either: the client may be mended.
      if (credential.refused?.error === error && !(error instanceof LoginRequiredError)) credential.refused = undefined;
      if (error instanceof StorageConflictError) return await this.#yield(call, error);
      if (redeemed && (await this.#presentation.goesOnAfter(error, redeemed, lock))) return undefined;
      const isLost = lock.signal.aborted && !(error instanceof AuthFlowError);
      throw isLost ? new LockLostError({ cause: scrubError(error) }) : error;
    }
  }

  /** Why there is nothing to redeem, so that a new grant is asked for; else `undefined`. @throws why not, or not yet */
  #whyAnew(tokens: TokenSet | undefined): Error | undefined {
    const { credential, settings, grant } = this.#parts;
    const { error, isOver } = whyNotRedeemed(tokens, credential, settings) ?? {};
    if (error && (grant.interactive || !(isOver || error instanceof LoginRequiredError))) throw error;
    return error;
  }

  /** Redeems the refresh token, merges the answer, saves it before anybody is given it, and validates the rest of it. */
  async #redeem(
    tokens: TokenSet,
    stored: StoredTokens,
    lock: HeldLock,
    shaped: ShapedPresentation,
  ): Promise<FoundTokens> {
    const { owner, settings, events } = this.#parts;
    const { key } = owner;
    const began = this.#now();
    const answer = await this.#presentation.send(tokens, stored, lock, shaped);
    const merged = mergeAnswer(answer.body, answer.sentAt, tokens).withUnread(answer.unread ?? loginIn(tokens));
    const scope = tokens.stamp?.requested_scope ?? settings.scope;
    const saved = await this.#keeper.save(merged, stored, { reason: 'refresh', lock, scope });
    tellProblem(events, key, answer.problem ?? subjectProblem(merged, tokens));
    assertAccessToken(answer.body, true);
    events.emit('renewed', { key, tokens: summarize(saved), duration: (this.#now() - began) / 1000 });
    tellExpiring(events, key, saved, this.#now());
    return { tokens: saved, requestedAt: answer.sentAt, isNew: true };
  }

  /** Asks for a new grant, and saves it. A bare refresh token that cannot be saved is not redeemed either. */
  async #askAnew(stored: StoredTokens, lock: HeldLock, { client, sources, refusal }: Prepared): Promise<FoundTokens> {
    const { owner, credential, settings, events, grant } = this.#parts;
    const requestedAt = this.#now();
    const previous = stored.tokens;
    const tokens = TokenSet.from(await grant.authorize({ signal: lock.signal, previous, refusal, sources }, client));
    const isRefused = refusal instanceof LoginRequiredError && refusal.code !== 'SCOPE_MISSING';
    if (isRefused && tokens.accessToken === undefined && tokens.refreshToken === previous?.refreshToken) throw refusal;
    const saved = await this.#keeper.save(tokens, stored, { reason: 'login', lock, scope: settings.scope });
    if (saved.accessToken !== undefined) {
      const duration = (this.#now() - requestedAt) / 1000;
      events.emit('authorized', { key: owner.key, tokens: summarize(saved), duration });
    } else if (credential.unsaved) {
      throw new StorageUnavailableError({ message: 'The refresh token could not be saved, so it was not redeemed.' });
    }
    return { tokens: saved, requestedAt, isNew: true };
  }

  /** Somebody else wrote before the save: theirs is what counts. */
  async #yield(call: Call, cause: Error): Promise<FoundTokens> {
    const { found, stored } = await look(this.#keeper, call);
    if (found) return found;
    const { interactive } = this.#parts.grant;
    throw stored.tokens || !interactive ? new LockLostError({ cause }) : new NoTokensError();
  }

  #now(): number {
    return this.#parts.settings.clock.now();
  }
}
