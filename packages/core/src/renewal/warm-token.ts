import { CredentialState } from './credential-state.js';
import { dueAhead, freshUntil } from '../tokens/expiry.js';
import type { TokenSet } from '../tokens/token-set.js';

/** An answer that can be given again, without any work, until its time is over or the tokens change. */
export interface WarmToken {
  readonly credential: CredentialState;
  readonly tokens: TokenSet | undefined;
  /** The last millisecond at which it may be given. */
  readonly until: number;
  readonly answer: Promise<string>;
}

/** No answer yet. */
export const cold: WarmToken = {
  credential: new CredentialState(),
  tokens: undefined,
  until: -Infinity,
  answer: Promise.resolve(''),
};

/** Until when an answer may be kept. */
export interface WarmOptions {
  /** Seconds before the end at which the token is renewed. */
  readonly threshold: number | undefined;
  /** Whether it is renewed ahead. */
  readonly ahead: boolean;
  /** When its refresh token, which got no answer, is presented again, in ms. */
  readonly again: number | undefined;
}

/** Keeps the answer for tokens that were just found good, until they are due for renewal (ahead, where that is on). */
export function keepWarm(
  credential: CredentialState,
  tokens: TokenSet,
  { threshold, ahead, again = Infinity }: WarmOptions,
): WarmToken {
  const until = Math.min(freshUntil(tokens, threshold), ahead ? dueAhead(tokens) - 1 : Infinity, again - 1);
  return { credential, tokens, until, answer: Promise.resolve(tokens.accessToken ?? '') };
}
