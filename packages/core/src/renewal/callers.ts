import type { Call } from '../options/access-token-options.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import type { CredentialState, RunOutcome } from './credential-state.js';
import { AuthFlowError, LockTimeoutError, StorageUnavailableError } from '../errors/index.js';
import { dueAhead, isFresh, isValid, lifetimeOf } from '../tokens/expiry.js';
import { missingScopes } from '../tokens/scope.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What callers are served with. */
export interface CallersParts {
  readonly credential: CredentialState;
  readonly options: AuthFlowOptions;
  /** Whether tokens past 80 % of their life are renewed while callers still get them. */
  readonly renewsAhead: (tokens: TokenSet) => boolean;
  readonly now: () => number;
  /** Renews, or finds what another process renewed. */
  readonly run: (call: Call) => Promise<RunOutcome>;
}

/** Milliseconds before a renewal ahead is tried again: ten seconds, or half the token's life when that is less. */
const aheadPause = (tokens: TokenSet): number => Math.min(10_000, (lifetimeOf(tokens) ?? Infinity) * 500);

/** Serves the callers of one credential: from memory where that is good, else by one run that they share. */
export class Callers {
  readonly #parts: CallersParts;

  constructor(parts: CallersParts) {
    this.#parts = parts;
  }

  /** Steps 1 and 2. A caller whom the run that it joined does not satisfy starts one more at most. */
  async serve(call: Call): Promise<TokenSet> {
    const { credential, now } = this.#parts;
    const { tokens, unsaved } = credential;
    if (tokens && !unsaved && this.accepts(tokens, call)) {
      this.#renewAhead(tokens, call);
      return tokens;
    }
    try {
      const joined = await this.#join(call);
      return this.answers(joined, call) ? joined.tokens : (await this.#join(call)).tokens;
    } catch (error) {
      const present = credential.tokens;
      const usable = present && present.accessToken !== call.rejected && isValid(present, now());
      if (usable && canWait(error)) return present;
      throw error;
    }
  }

  /** Whether these tokens may be given to this caller without asking anybody. */
  accepts(tokens: TokenSet, { rejected, threshold }: Call): boolean {
    const { now, options } = this.#parts;
    return (
      tokens.accessToken !== rejected &&
      isFresh(tokens, now(), threshold) &&
      missingScopes(tokens, options.scope).length === 0
    );
  }

  /** Whether a run satisfies this caller. A token issued after the call began is good whatever its lifetime. */
  answers({ tokens, requestedAt }: RunOutcome, call: Call): boolean {
    if (this.accepts(tokens, call)) return true;
    if (this.#hasEnded(tokens)) return false; // on its way, while the machine slept
    if (requestedAt !== undefined) return tokens.accessToken !== call.rejected || requestedAt >= call.began;
    return (
      (tokens.generation ?? 0) > call.began &&
      tokens.accessToken !== call.rejected &&
      isValid(tokens, this.#parts.now()) &&
      missingScopes(tokens, this.#parts.options.scope).length === 0
    );
  }

  #hasEnded(tokens: TokenSet): boolean {
    return (lifetimeOf(tokens) ?? 0) > 0 && !isValid(tokens, this.#parts.now());
  }

  async #join(call: Call): Promise<RunOutcome> {
    const { credential } = this.#parts;
    if (credential.isAhead) {
      const outcome = await credential.run?.catch(unlessItLeft);
      if (outcome) return outcome;
    }
    return this.#begin(call);
  }

  #begin(call: Call): Promise<RunOutcome> {
    const { credential, run } = this.#parts;
    if (credential.run) return credential.run;
    credential.isAhead = call.isAhead ?? false;
    credential.run = run(call).finally(() => {
      credential.run = undefined;
      credential.isAhead = false;
    });
    return credential.run;
  }

  #renewAhead(tokens: TokenSet, call: Call): void {
    const { credential, renewsAhead } = this.#parts;
    if (credential.run || call.began < dueAhead(tokens) || !renewsAhead(tokens)) return;
    if (call.began < credential.lastAhead + aheadPause(tokens)) return;
    credential.lastAhead = call.began;
    const ahead: Call = { ...call, rejected: tokens.accessToken, isAhead: true };
    this.#begin(ahead).catch(() => undefined); // the event renewalFailed tells
  }
}

/** A renewal ahead leaves where another process holds the lock; those who need the token wait for it. */
function unlessItLeft(error: unknown): undefined {
  if (!(error instanceof LockTimeoutError)) throw error;
}

/** Whether a failure is no reason to withhold a token that is still valid. */
function canWait(error: unknown): boolean {
  return error instanceof StorageUnavailableError || (error instanceof AuthFlowError && error.retryable);
}
