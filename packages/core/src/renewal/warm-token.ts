import { CredentialState } from './credential-state.js';
import { defaultThreshold, dueAhead } from '../tokens/expiry.js';
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

/** Keeps the answer for tokens that were just found good, until they are due for renewal (ahead, where that is on). */
export function keepWarm(
  credential: CredentialState,
  tokens: TokenSet,
  { threshold = defaultThreshold(tokens), ahead }: { threshold: number | undefined; ahead: boolean },
): WarmToken {
  const end = tokens.expiresAt?.getTime() ?? Infinity;
  const due = end - Math.max(threshold * 1000, 1);
  const until = ahead ? Math.min(due, dueAhead(tokens) - 1) : due;
  return { credential, tokens, until, answer: Promise.resolve(tokens.accessToken ?? '') };
}
