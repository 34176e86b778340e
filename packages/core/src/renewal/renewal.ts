import {
  AuthFlowError,
  InvalidRefreshTokenError,
  LockLostError,
  LockTimeoutError,
  LoginRequiredError,
  NoTokensError,
  RefreshOutcomeUnknownError,
  StorageConflictError,
  StorageUnavailableError,
} from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';
import type { Call } from '../options/access-token-options.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { grantParameters } from '../options/grant-parameters.js';
import type { OAuthClient, TokenAnswer } from '../server/oauth-client.js';
import type { HeldLock } from '../storage/lock.js';
import { type FlowEvents, summarize, tellFailure } from '../tokens/flow-events.js';
import { hasMoved } from '../tokens/generation.js';
import { assertAccessToken, mergeAnswer, subjectProblem } from '../tokens/merge.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { CredentialState, StoredTokens } from './credential-state.js';
import { type FoundTokens, isGoodEnough } from './good-enough.js';
import type { Grant } from './grant.js';
import { countUnanswered, whyNotRenewable } from './renewability.js';
import type { TokenKeeper } from './token-keeper.js';

/** What a renewal works with. */
export interface RenewalParts {
  readonly key: string;
  readonly settings: FlowSettings;
  readonly credential: CredentialState;
  readonly keeper: TokenKeeper;
  readonly events: FlowEvents;
  readonly grant: Grant;
}

/** The refresh transaction, in the order and the words of `docs/refresh.md`. */
export class Renewal {
  readonly #key: string;
  readonly #settings: FlowSettings;
  readonly #credential: CredentialState;
  readonly #keeper: TokenKeeper;
  readonly #events: FlowEvents;
  readonly #grant: Grant;

  constructor({ key, settings, credential, keeper, events, grant }: RenewalParts) {
    this.#key = key;
    this.#settings = settings;
    this.#credential = credential;
    this.#keeper = keeper;
    this.#events = events;
    this.#grant = grant;
  }

  /** Renews, for all callers who join. When the lock is lost before anything was sent, it begins again, once. */
  async run(call: Call): Promise<FoundTokens> {
    try {
      return await this.#beforeLock(call).catch((error: unknown) => {
        if (error instanceof LockLostError) return this.#beforeLock(call);
        throw error;
      });
    } catch (error) {
      const hasLeft = call.isAhead && error instanceof LockTimeoutError; // another process renews
      if (!hasLeft) tellFailure(this.#events, this.#key, error);
      throw error;
    }
  }

  async #beforeLock(call: Call): Promise<FoundTokens> {
    if (!this.#credential.unsaved) {
      const { found, stored } = await this.#look(call);
      if (found) return found;
      this.#assertRenewable(stored.tokens);
    }
    const client = await this.#grant.prepare();
    const underLock = async (lock: HeldLock): Promise<FoundTokens> => {
      await this.#keeper.saveUnsaved(lock);
      return this.#underLock(call, lock, client);
    };
    return this.#keeper.locked(underLock, {
      ...(call.isAhead && { timeout: 0 }),
      whileWaiting: async () => (this.#credential.unsaved ? undefined : (await this.#look(call)).found),
    });
  }

  async #underLock(call: Call, lock: HeldLock, client: OAuthClient | undefined): Promise<FoundTokens> {
    const { found, stored } = await this.#look(call);
    if (found) return found;
    this.#assertRenewable(stored.tokens);
    const redeemed = this.#obstacle(stored.tokens) ? undefined : stored.tokens;
    try {
      if (client && redeemed) return await this.#redeem(redeemed, stored, lock, client);
      const authorized = await this.#askAnew(stored, lock, client);
      if (authorized.tokens.accessToken !== undefined) return authorized;
      return await this.#underLock(call, lock, client); // a bare refresh token is redeemed
    } catch (error) {
      if (error instanceof StorageConflictError) return await this.#yield(call, error);
      const isRefused = redeemed && error instanceof InvalidRefreshTokenError;
      if (isRefused && !(await this.#isDead(redeemed, lock))) return await this.#underLock(call, lock, client);
      const isLost = lock.signal.aborted && !(error instanceof AuthFlowError);
      throw isLost ? new LockLostError({ cause: scrubError(error) }) : error;
    }
  }

  /** Reads storage. Another token there that is good enough ends the run: somebody was first. */
  async #look(call: Call): Promise<{ found?: FoundTokens; stored: StoredTokens }> {
    const before = this.#credential.tokens;
    const stored = await this.#keeper.load();
    const { tokens } = stored;
    if (!tokens) return { stored };
    const isNew = !before || hasMoved(tokens, before);
    if (isNew) this.#events.emit(before ? 'adopted' : 'loaded', { key: this.#key, tokens: summarize(tokens) });
    const found = { tokens, isNew };
    return isGoodEnough(found, call, { scope: this.#settings.scope, now: this.#now() })
      ? { found, stored }
      : { stored };
  }

  #obstacle(tokens: TokenSet | undefined): LoginRequiredError | undefined {
    return whyNotRenewable(tokens, this.#credential, this.#settings, this.#now());
  }

  /** A flow that needs no person asks anew for what cannot be renewed. */
  #assertRenewable(tokens: TokenSet | undefined): void {
    const obstacle = this.#grant.interactive ? this.#obstacle(tokens) : undefined;
    if (obstacle) throw obstacle;
  }

  /** Redeems the refresh token, merges the answer, saves it before anybody is given it, and validates the rest of it. */
  async #redeem(tokens: TokenSet, stored: StoredTokens, lock: HeldLock, client: OAuthClient): Promise<FoundTokens> {
    const began = this.#now();
    const answer = await this.#present(tokens, stored, lock, client);
    const merged = mergeAnswer(answer.body, answer.sentAt, tokens);
    const scope = tokens.stamp?.requested_scope ?? this.#settings.scope;
    const saved = await this.#keeper.save(merged, stored, { reason: 'refresh', lock, scope });
    this.validate({ ...answer, problem: answer.problem ?? subjectProblem(merged, tokens) });
    const duration = (this.#now() - began) / 1000;
    this.#events.emit('renewed', { key: this.#key, tokens: summarize(saved), duration });
    return { tokens: saved, requestedAt: answer.sentAt, isNew: true };
  }

  /** Sends the refresh token, unless the lock was lost. Once sent, it is not aborted. */
  async #present(tokens: TokenSet, stored: StoredTokens, lock: HeldLock, client: OAuthClient): Promise<TokenAnswer> {
    const form = grantParameters({ resource: this.#settings.resource }, { refresh_token: tokens.refreshToken });
    const beforeSending = (): void => {
      if (lock.signal.aborted) throw new LockLostError();
    };
    try {
      return await client.requestTokens('refresh_token', form, { beforeSending, dpopKey: tokens.dpopKey });
    } catch (error) {
      if (error instanceof RefreshOutcomeUnknownError) {
        const counted = countUnanswered(tokens, this.#credential.unanswered, this.#now());
        await this.#keeper.noteUnanswered(stored, counted, lock);
        this.#events.emit('outcomeUnknown', { key: this.#key, error });
      }
      throw error;
    }
  }

  /** Asks for a new grant, and saves it. A bare refresh token that cannot be saved is not redeemed either. */
  async #askAnew(stored: StoredTokens, lock: HeldLock, client: OAuthClient | undefined): Promise<FoundTokens> {
    const requestedAt = this.#now();
    const tokens = await this.#grant.authorize({ signal: lock.signal, previous: stored.tokens }, client);
    const saved = await this.#keeper.save(tokens, stored, { reason: 'login', lock, scope: this.#settings.scope });
    if (saved.accessToken !== undefined) {
      const duration = (this.#now() - requestedAt) / 1000;
      this.#events.emit('authorized', { key: this.#key, tokens: summarize(saved), duration });
    } else if (this.#credential.unsaved) {
      throw new StorageUnavailableError({ message: 'The refresh token could not be saved, so it was not redeemed.' });
    }
    return { tokens: saved, requestedAt, isNew: true };
  }

  /** Whether a refresh token that the server refused is the login's last: noted for all, unless storage has moved. */
  async #isDead(redeemed: TokenSet, lock: HeldLock): Promise<boolean> {
    const stored = await this.#keeper.load();
    if (stored.tokens && hasMoved(stored.tokens, redeemed)) return false;
    this.#credential.refused = redeemed.refreshToken;
    return this.#grant.interactive && (await this.#keeper.noteRefused(stored, lock));
  }

  /** Somebody else wrote before the save: theirs is what counts. */
  async #yield(call: Call, cause: Error): Promise<FoundTokens> {
    const { found, stored } = await this.#look(call);
    if (found) return found;
    throw stored.tokens ? new LockLostError({ cause }) : new NoTokensError();
  }

  /** An id token that does not verify is told; an answer without an access token is an error. */
  validate({ problem, body }: TokenAnswer): void {
    if (problem) this.#events.emit('answerInvalid', { key: this.#key, problem });
    assertAccessToken(body);
  }

  #now(): number {
    return this.#settings.clock.now();
  }
}
