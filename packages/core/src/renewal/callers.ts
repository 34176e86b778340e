import {
  AuthFlowError,
  ClientRejectedError,
  CredentialsError,
  DiscoveryError,
  LockTimeoutError,
  NoTokensError,
  OAuthError,
  StorageUnavailableError,
  TokenRequestError,
} from '../errors/index.js';
import type { Call } from '../options/access-token-options.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { dueAhead, isFresh, lifetimeOf } from '../tokens/expiry.js';
import { missingScopes } from '../tokens/scope.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { CredentialState } from './credential-state.js';
import { type FoundTokens, isGoodEnough, usable } from './good-enough.js';
import { presentedAgainAt } from './presentation/unanswered.js';
import type { Run } from './run.js';
import { NoPlaceError } from './no-place-error.js';
import { underWay } from './settled.js';
import type { TokenReader } from './token-reader.js';
import { keepWarm, type WarmToken } from './warm-token.js';

/** Milliseconds before a renewal ahead is tried again: ten seconds, or half the token's life when that is less. */
const aheadPause = (tokens: TokenSet): number => Math.min(10_000, (lifetimeOf(tokens) ?? Infinity) * 500);

/** Serves the callers of one credential: from memory where that is good, else by one run that they share. */
export class Callers {
  readonly #settings: FlowSettings;
  readonly #credential: CredentialState;
  readonly #run: Run;
  readonly #interactive: boolean;

  constructor(settings: FlowSettings, credential: CredentialState, run: Run, interactive: boolean) {
    this.#settings = settings;
    this.#credential = credential;
    this.#run = run;
    this.#interactive = interactive;
  }

  /** Looks in memory, else joins the run. A caller whom the run that it joined does not satisfy starts one more at most. */
  async serve(call: Call): Promise<TokenSet> {
    const { tokens, unsaved } = this.#credential;
    if (tokens && !unsaved && this.isGoodEnough({ tokens, isNew: false }, call)) {
      if (!this.#credential.isInLine && this.#presentsAgain(tokens)) return this.#presentAgain(tokens, call);
      this.#renewAhead(tokens, call);
      return tokens;
    }
    if (this.#credential.isInLine && tokens && this.isGoodEnough({ tokens, isNew: false }, { ...call, threshold: 0 })) {
      return tokens;
    }
    try {
      for (let runs = 1; ;) {
        const isOwn = !this.#credential.run;
        const found = await (isOwn ? this.#begin(call) : this.#join(call));
        if (!found) continue;
        const hasScopes = isOwn || missingScopes(found.tokens, this.#settings.scope).length === 0;
        if (!this.isGoodEnough(found, call) && (runs++ === 1 || !hasScopes)) continue;
        return this.#presentsAgain(found.tokens) ? await this.#presentAgain(found.tokens, call) : found.tokens;
      }
    } catch (error) {
      const present = this.#usable(call);
      if (present && canWait(error)) return present;
      throw error;
    }
  }

  /** Gives what is stored, as it is: from memory while that is fresh. @throws NoTokensError; as `TokenReader.load` */
  async asStored(reader: TokenReader): Promise<TokenSet> {
    const { tokens, unsaved } = this.#credential;
    if (tokens && (unsaved || isFresh(tokens, this.#now()))) return tokens;
    return (await reader.load()).tokens ?? Promise.reject(new NoTokensError());
  }

  /** Whether a caller may be given these tokens. */
  isGoodEnough(found: FoundTokens, call: Call): boolean {
    return isGoodEnough(found, call, {
      scope: this.#settings.scope,
      ownToken: this.#credential.ownToken,
      now: this.#now(),
    });
  }

  /** Keeps the answer for tokens that were just found, if they are good for calls to come; else `undefined`. */
  warm(tokens: TokenSet, call: Call): WarmToken | undefined {
    const credential = this.#credential;
    const isPresent = credential.tokens === tokens && !credential.unsaved;
    if (!isPresent || !this.isGoodEnough({ tokens, isNew: false }, call)) return undefined;
    const again = presentedAgainAt(tokens, credential, this.#now());
    return keepWarm(credential, tokens, { threshold: call.threshold, ahead: this.renewsAhead(tokens), again });
  }

  /** Whether tokens past 80 % of their life are renewed while callers still get them. */
  renewsAhead({ refreshToken }: TokenSet): boolean {
    return this.#settings.renewAhead ?? (!this.#interactive && refreshToken === undefined);
  }

  /** Joins the run. `undefined` when that did without a new token and this caller cannot. */
  async #join(call: Call): Promise<FoundTokens | undefined> {
    const { run, runScope, isAhead } = this.#credential;
    const { scope } = this.#settings;
    return run?.catch((error: unknown) => {
      const isLeft = isAhead && error instanceof LockTimeoutError; // another process renews, and is waited for
      const isOthers = runScope !== scope && error instanceof OAuthError && !error.retryable;
      if (isLeft || isOthers || (error instanceof NoPlaceError && !this.#usable(call))) return undefined;
      throw error;
    });
  }

  #begin(call: Call): Promise<FoundTokens> {
    const credential = this.#credential;
    if (credential.run) return credential.run;
    credential.isAhead = call.isAhead ?? false;
    credential.runScope = this.#settings.scope;
    credential.run = this.#run.run(call);
    underWay().add(credential.run);
    return credential.run;
  }

  /** Whether a refresh token that got no answer is to be presented again, whatever the present token's age. */
  #presentsAgain(tokens: TokenSet): boolean {
    const at = presentedAgainAt(tokens, this.#credential, this.#now());
    return at !== undefined && at <= this.#now();
  }

  /** Presents it, though the present token is still good: a failure is no reason to withhold that until it ends. */
  async #presentAgain(tokens: TokenSet, call: Call): Promise<TokenSet> {
    const again = this.#begin({ ...call, rejected: tokens.accessToken, isEarly: true });
    if (this.renewsAhead(tokens) || this.#credential.keptFresh > 0) {
      again.catch(() => undefined); // the event renewalFailed tells
      return tokens;
    }
    try {
      return (await again).tokens;
    } catch (error) {
      return this.#usable(call) ?? (error instanceof NoPlaceError ? tokens : Promise.reject(error));
    }
  }

  #renewAhead(tokens: TokenSet, call: Call): void {
    const credential = this.#credential;
    if (credential.run || call.began < dueAhead(tokens) || !this.renewsAhead(tokens)) return;
    if (call.began < (credential.lastAhead ?? -Infinity) + aheadPause(tokens)) return;
    credential.lastAhead = call.began;
    const ahead: Call = { ...call, rejected: tokens.accessToken, isAhead: true };
    this.#begin(ahead).catch(() => undefined); // the event renewalFailed tells
  }

  /** The present tokens, while they are valid for this caller. */
  #usable(call: Call): TokenSet | undefined {
    return usable(this.#credential.tokens, call, this.#settings);
  }

  #now(): number {
    return this.#settings.clock.now();
  }
}

/**
 * Whether a failure is no reason to withhold a token that is still valid: it may pass, the client is refused or cannot say
 * who it is, or whoever answered has no word of OAuth to say: each of those that end here is joined by `_`.
 */
function canWait(error: unknown): boolean {
  const isWordless =
    error instanceof TokenRequestError && /_(REFUSED|INVALID)$/.test(error.code) && !error.error?.includes('_');
  return (
    isWordless ||
    error instanceof CredentialsError ||
    error instanceof DiscoveryError ||
    error instanceof StorageUnavailableError ||
    error instanceof ClientRejectedError ||
    error instanceof NoPlaceError ||
    (error instanceof AuthFlowError && error.retryable)
  );
}
