import { isErrorLike } from '../errors/error-causes.js';
import { AuthFlowError, LoginRequiredError } from '../errors/index.js';
import { loginEndsSoon } from './expiry.js';
import type { TokenSet } from './token-set.js';
import { warn } from '../platform/warn.js';

/** What a flow tells about its tokens. It holds no secret. @group Events */
export interface TokenSummary {
  /** Granted scopes, separated by spaces. */
  readonly scope: string | undefined;
  /** When the access token ends. */
  readonly expiresAt: Date | undefined;
  /** When it was issued. */
  readonly issuedAt: Date | undefined;
  /** Generation of the record. */
  readonly generation: number | undefined;
  /** Whether a refresh token is held. */
  readonly hasRefreshToken: boolean;
  /** When the refresh token ends; `undefined` when that is unknown, or never. */
  readonly refreshExpiresAt: Date | undefined;
}

/** Something happened to a credential. @group Events */
export interface FlowEvent {
  /** Names the credential. */
  readonly key: string;
  /** The user or tenant that the flow names; several accounts of one flow are told apart by it. */
  readonly account?: string;
}

/** Something happened to tokens. @group Events */
export interface TokenEvent extends FlowEvent {
  /** The tokens concerned. */
  readonly tokens: TokenSummary;
}

/** Something happened to tokens, and took its time. @group Events */
export interface TimedTokenEvent extends TokenEvent {
  /** Seconds that it took: for `renewed` the request and the save, for `saved` that, for `authorized` all, a person's time included. */
  readonly duration: number;
}

/** Something went wrong. @group Events */
export interface FailureEvent extends FlowEvent {
  /** What went wrong. */
  readonly error: AuthFlowError;
}

/** An answer holds tokens, which were kept, but is wrong beside them. @group Events */
export interface AnswerInvalidEvent extends FlowEvent {
  /** What is wrong: an id token that does not verify, say. */
  readonly problem: Error;
}

/** The events of a flow, by name. @group Events */
export interface FlowEventMap {
  /** Tokens were read from storage for the first time. */
  loaded: TokenEvent;
  /** The refresh token was redeemed, and the new tokens saved, unless `saveFailed` came before. */
  renewed: TimedTokenEvent;
  /** Another process had renewed, or somebody had logged in, and its tokens are used. */
  adopted: TokenEvent;
  /** A new grant was made. */
  authorized: TimedTokenEvent;
  /** Tokens were saved. */
  saved: TimedTokenEvent;
  /** New tokens could not be saved. They are kept in memory, and every later call saves first. */
  saveFailed: TokenEvent & FailureEvent;
  /** A renewal failed. Callers were given the present token if it was still valid. */
  renewalFailed: FailureEvent;
  /** Somebody has to log in. */
  loginRequired: FailureEvent;
  /** The refresh token is about to end, and the login with it, unless a renewal moves that. */
  refreshTokenExpiring: TokenEvent;
  /**
   * A login asked for `offline_access` and brought no refresh token, so it ends with its access token. `error` is what callers
   * will meet then, and its remedy says what to ask for.
   */
  refreshTokenMissing: TokenEvent & FailureEvent;
  /** A refresh token was sent, but no answer came. */
  outcomeUnknown: FailureEvent;
  /** An answer held tokens, which were kept, but is wrong beside them. */
  answerInvalid: AnswerInvalidEvent;
  /** Tokens were deleted. */
  loggedOut: FlowEvent;
}

/**
 * Tells listeners what a flow does, and those of the flow that it was made of by `withAccount`. A listener that throws, or
 * whose promise is rejected, does not disturb the flow.
 *
 * @group Events
 */
export class FlowEvents {
  readonly #account: string | undefined;
  readonly #origin: FlowEvents | undefined;
  /** Most flows of single accounts never have one of their own. */
  #listeners: Map<keyof FlowEventMap, Set<(event: never) => void>> | undefined;

  /** Events name the `account`, and are told to the listeners of `origin` too. */
  constructor(account?: string, origin?: FlowEvents) {
    this.#account = account;
    this.#origin = origin;
  }

  /** Calls `listener` at each event of this name. @returns a function that ends it. @throws TypeError for what is no function */
  on<Name extends keyof FlowEventMap>(name: Name, listener: (event: FlowEventMap[Name]) => void): () => void {
    if (typeof listener !== 'function') throw new TypeError(`The listener of ${name} must be a function.`);
    this.#listeners ??= new Map();
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** @internal Whether anybody is told of an event of this name, so that it is worth to be made. */
  isHeard(name: keyof FlowEventMap): boolean {
    return (this.#listeners?.get(name)?.size ?? 0) > 0 || (this.#origin?.isHeard(name) ?? false);
  }

  /** Calls the listeners of this name, in the order in which they came; then those of the flow that this one was made of. */
  emit<Name extends keyof FlowEventMap>(name: Name, event: FlowEventMap[Name]): void {
    const told = this.#account === undefined ? event : { ...event, account: this.#account };
    this.#tell(name, told);
    for (let events = this.#origin; events; events = events.#origin) events.#tell(name, told);
  }

  #tell<Name extends keyof FlowEventMap>(name: Name, event: FlowEventMap[Name]): void {
    const ignore = (error: unknown): void => {
      warn(`A listener of the event ${name} threw ${isErrorLike(error) ? error.name : 'a value'}; it was ignored.`);
    };
    const listeners = this.#listeners?.get(name);
    // A copy: one that listens anew is told of the next event, not of this one again.
    for (const listener of [...(listeners ?? [])]) {
      if (!listeners?.has(listener)) continue; // ended by one before it
      try {
        const returned = (listener as (event: FlowEventMap[Name]) => unknown)(event);
        // Of a realm of its own, too. Nobody else would catch it, and that ends a process of Node.
        if (Object.prototype.toString.call(returned) === '[object Promise]')
          void Promise.resolve(returned).catch(ignore);
      } catch (error) {
        ignore(error);
      }
    }
  }
}

/** Leaves of a token set what may be logged. */
export function summarize(tokens: TokenSet): TokenSummary {
  const { scope, expiresAt, issuedAt, generation, refreshToken, refreshExpiresAt } = tokens;
  return { scope, expiresAt, issuedAt, generation, hasRefreshToken: refreshToken !== undefined, refreshExpiresAt };
}

/** Tells why a renewal failed, unless by a mistake of the caller. */
export function tellFailure(events: FlowEvents, key: string, error: unknown): void {
  if (error instanceof LoginRequiredError) events.emit('loginRequired', { key, error });
  else if (error instanceof AuthFlowError) events.emit('renewalFailed', { key, error });
}

/** Tells what is wrong with an answer beside its tokens, such as an id token that does not verify. */
export function tellProblem(events: FlowEvents, key: string, problem: Error | undefined): void {
  if (problem) events.emit('answerInvalid', { key, problem });
}

/** Tells that a login is about to end, so that somebody can log in before. */
export function tellExpiring(events: FlowEvents, key: string, tokens: TokenSet, now: number): void {
  if (loginEndsSoon(tokens, now)) events.emit('refreshTokenExpiring', { key, tokens: summarize(tokens) });
}
