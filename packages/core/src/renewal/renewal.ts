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
import type { FlowSettings } from '../options/flow-settings.js';
import type { Place } from '../platform/line.js';
import type { HeldLock } from '../storage/lock.js';
import { isValid } from '../tokens/expiry.js';
import { type FlowEvents, summarize, tellExpiring, tellProblem } from '../tokens/flow-events.js';
import { assertAccessToken, mergeAnswer, subjectProblem } from '../tokens/merge.js';
import { TokenSet } from '../tokens/token-set.js';
import type { CredentialState, StoredTokens } from './credential-state.js';
import type { FoundTokens } from './good-enough.js';
import type { Grant } from './grant.js';
import { look } from './look.js';
import { loginIn, saveReread } from './presentation/kept-answer.js';
import {
  Presentation,
  type PresentationParts,
  type RunParts,
  type ShapedPresentation,
} from './presentation/presentation.js';
import { prepare, type Prepared } from './presentation/prepared.js';
import { whyNotRedeemed } from './presentation/refresh-notes.js';
import { NoPlaceError } from './no-place-error.js';
import { lockedInLine, takePlace } from './run-locked.js';
import { TokenKeeper } from './saving/token-keeper.js';

/** Milliseconds before a refresh token is redeemed after storage went back in time: another host may know a later one. */
const afterStepBack = 1000;

/** The refresh transaction, in the order and the words of `docs/refresh.md`. */
export class Renewal {
  readonly #parts: PresentationParts;
  readonly #key: string;
  readonly #settings: FlowSettings;
  readonly #credential: CredentialState;
  readonly #keeper: TokenKeeper;
  readonly #events: FlowEvents;
  readonly #grant: Grant;
  readonly #presentation: Presentation;

  constructor(parts: RunParts) {
    const { key, settings, credential, reader, events, grant } = parts;
    const keeper = new TokenKeeper(reader.parts);
    this.#parts = { key, settings, credential, reader, events, grant, keeper }; // a spread makes each its own hidden class
    this.#presentation = new Presentation(this.#parts);
    this.#key = key;
    this.#settings = settings;
    this.#credential = credential;
    this.#keeper = keeper;
    this.#events = events;
    this.#grant = grant;
  }

  /**
   * Renews, after a look that found nothing which will do, or was left out since tokens were not saved yet.
   *
   * @returns `undefined` when the run is to begin again
   */
  async attempt(call: Call, stored: StoredTokens | undefined): Promise<FoundTokens | undefined> {
    const credential = this.#credential;
    let tokens = credential.unsaved?.tokens;
    let asksAnew = false;
    if (!tokens) {
      if (!stored) return undefined; // they have been saved meanwhile
      tokens = stored.tokens;
      asksAnew = this.#asksAnew(tokens);
    }
    const prepared = await prepare(this.#grant, this.#presentation, { tokens, asksAnew });
    const { tokens: present } = credential;
    const isUsable = present && present.accessToken !== call.rejected && isValid(present, this.#now());
    const place = await takePlace(prepared.client, credential, !isUsable);
    if (!place) throw new NoPlaceError();
    const found = await this.#inLine(call, prepared, place);
    if (!found && credential.wentBack) await this.#settings.clock.sleep(afterStepBack);
    credential.wentBack &&= found !== undefined;
    return found;
  }

  #inLine(call: Call, prepared: Prepared, place: Place): Promise<FoundTokens | undefined> {
    const underLock = async (lock: HeldLock): Promise<FoundTokens | undefined> => {
      await this.#keeper.saveUnsaved(lock);
      return this.#underLock(call, lock, prepared);
    };
    return lockedInLine((task, options) => this.#keeper.locked(task, options), underLock, {
      place,
      takePlace: (waits) => takePlace(prepared.client, this.#credential, waits),
      timeout: call.isAhead ? 0 : this.#settings.lockTimeout,
      whileWaiting: async () => (this.#credential.unsaved ? undefined : (await look(this.#parts, call)).found),
    });
  }

  async #underLock(call: Call, lock: HeldLock, prepared: Prepared): Promise<FoundTokens | undefined> {
    const { found, stored } = await look(this.#parts, call);
    if (found) return found;
    const redeemed = this.#asksAnew(stored.tokens) ? undefined : stored.tokens;
    if (redeemed && this.#credential.wentBack) return undefined;
    if (!redeemed && !prepared.asksAnew) return undefined; // what the new grant is made of is read without the lock
    const { client, request } = prepared;
    try {
      const kept = redeemed && (await saveReread(redeemed, stored, lock, this.#parts));
      if (kept) return kept;
      if (redeemed && client) {
        const shaped = this.#presentation.shapeAgain(redeemed, client, request);
        return shaped && (await this.#redeem(redeemed, stored, lock, { client, request: shaped }));
      }
      const authorized = await this.#askAnew(stored, lock, prepared);
      return authorized.tokens.accessToken === undefined ? undefined : authorized; // a bare one is redeemed
    } catch (error) {
      if (error instanceof StorageConflictError) return await this.#yield(call, error);
      if (redeemed && (await this.#presentation.goesOnAfter(error, redeemed, lock))) return undefined;
      const isLost = lock.signal.aborted && !(error instanceof AuthFlowError);
      throw isLost ? new LockLostError({ cause: scrubError(error) }) : error;
    }
  }

  /** Whether there is nothing to redeem, so that a new grant is asked for. @throws why not, or not yet */
  #asksAnew(tokens: TokenSet | undefined): boolean {
    const reason = whyNotRedeemed(tokens, this.#credential, this.#settings);
    if (!reason) return false;
    if (this.#grant.interactive || !(reason.isOver || reason.error instanceof LoginRequiredError)) throw reason.error;
    return true;
  }

  /** Redeems the refresh token, merges the answer, saves it before anybody is given it, and validates the rest of it. */
  async #redeem(
    tokens: TokenSet,
    stored: StoredTokens,
    lock: HeldLock,
    shaped: ShapedPresentation,
  ): Promise<FoundTokens> {
    const began = this.#now();
    const answer = await this.#presentation.send(tokens, stored, lock, shaped);
    const merged = mergeAnswer(answer.body, answer.sentAt, tokens).withUnread(answer.unread ?? loginIn(tokens));
    const scope = tokens.stamp?.requested_scope ?? this.#settings.scope;
    const saved = await this.#keeper.save(merged, stored, { reason: 'refresh', lock, scope });
    tellProblem(this.#events, this.#key, answer.problem ?? subjectProblem(merged, tokens));
    assertAccessToken(answer.body);
    this.#events.emit('renewed', { key: this.#key, tokens: summarize(saved), duration: (this.#now() - began) / 1000 });
    tellExpiring(this.#events, this.#key, saved, this.#now());
    return { tokens: saved, requestedAt: answer.sentAt, isNew: true };
  }

  /** Asks for a new grant, and saves it. A bare refresh token that cannot be saved is not redeemed either. */
  async #askAnew(stored: StoredTokens, lock: HeldLock, { client, sources }: Prepared): Promise<FoundTokens> {
    const requestedAt = this.#now();
    const previous = stored.tokens;
    const refusal = previous && whyNotRedeemed(previous, this.#credential, this.#settings)?.error;
    const tokens = TokenSet.from(
      await this.#grant.authorize({ signal: lock.signal, previous, refusal, sources }, client),
    );
    const saved = await this.#keeper.save(tokens, stored, { reason: 'login', lock, scope: this.#settings.scope });
    if (saved.accessToken !== undefined) {
      const duration = (this.#now() - requestedAt) / 1000;
      this.#events.emit('authorized', { key: this.#key, tokens: summarize(saved), duration });
    } else if (this.#credential.unsaved) {
      throw new StorageUnavailableError({ message: 'The refresh token could not be saved, so it was not redeemed.' });
    }
    return { tokens: saved, requestedAt, isNew: true };
  }

  /** Somebody else wrote before the save: theirs is what counts. */
  async #yield(call: Call, cause: Error): Promise<FoundTokens> {
    const { found, stored } = await look(this.#parts, call);
    if (found) return found;
    throw stored.tokens ? new LockLostError({ cause }) : new NoTokensError();
  }

  #now(): number {
    return this.#settings.clock.now();
  }
}
