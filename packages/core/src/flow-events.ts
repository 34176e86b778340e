import { isErrorLike } from './error-causes.js';
import type { AuthFlowError } from './errors.js';
import type { TokenSet } from './token-set.js';
import { warn } from './warn.js';

/** What a flow tells about its tokens. It holds no secret. */
export interface TokenSummary {
  readonly scope: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly issuedAt: Date | undefined;
  readonly generation: number | undefined;
  readonly hasRefreshToken: boolean;
}

interface WithTokens {
  readonly key: string;
  readonly tokens: TokenSummary;
}

interface WithError {
  readonly key: string;
  readonly error: AuthFlowError;
}

/** The events of a flow, by name. */
export interface FlowEventMap {
  /** Tokens were read from storage. */
  loaded: WithTokens;
  /** The refresh token was redeemed. `duration` in seconds, the wait for the lock included. */
  renewed: WithTokens & { readonly duration: number };
  /** Another process had renewed, or somebody had logged in, and its tokens are used. */
  adopted: WithTokens;
  /** A new grant was made. */
  authorized: WithTokens;
  saved: WithTokens;
  /** New tokens could not be saved. They are kept in memory, and every later call saves first. */
  saveFailed: WithError & { readonly tokens: TokenSummary };
  /** A renewal failed while the present token was still valid and was returned. */
  renewalFailed: WithError;
  loginRequired: WithError;
  /** A refresh token was sent, but no answer came. */
  outcomeUnknown: WithError;
  /** An answer held tokens, which were kept, but is wrong beside them: an id token that does not verify, say. */
  answerInvalid: { readonly key: string; readonly problem: Error };
  loggedOut: { readonly key: string };
}

/** Tells listeners what a flow does. A listener that throws does not disturb the flow. */
export class FlowEvents {
  readonly #listeners = new Map<keyof FlowEventMap, Set<(event: never) => void>>();

  /** Calls `listener` at each event of this name. @returns a function that ends it. */
  on<Name extends keyof FlowEventMap>(name: Name, listener: (event: FlowEventMap[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Calls the listeners of this name, in the order in which they came. */
  emit<Name extends keyof FlowEventMap>(name: Name, event: FlowEventMap[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (event: FlowEventMap[Name]) => void)(event);
      } catch (error) {
        warn(`A listener of the event ${name} threw ${isErrorLike(error) ? error.name : 'a value'}; it was ignored.`);
      }
    }
  }
}

/** Leaves of a token set what may be logged. */
export function summarize(tokens: TokenSet): TokenSummary {
  const { scope, expiresAt, issuedAt, generation } = tokens;
  return { scope, expiresAt, issuedAt, generation, hasRefreshToken: tokens.refreshToken !== undefined };
}
