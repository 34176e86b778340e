import type { Call } from '../options/access-token-options.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { isFresh, isSpared, isValid, lifetimeOf } from '../tokens/expiry.js';
import { missingScopes } from '../tokens/scope.js';
import type { TokenSet } from '../tokens/token-set.js';

/** Tokens, and what is known of how new they are. */
export interface FoundTokens {
  readonly tokens: TokenSet;
  /** When the server was asked for them, in ms; `undefined` when somebody else asked. */
  readonly requestedAt?: number | undefined;
  /** Whether they are others than this process held before. */
  readonly isNew: boolean;
}

/** What else decides. */
export interface Judgement {
  readonly scope: string | undefined;
  /** The access token whose times were noted by this process's clock. */
  readonly ownToken: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How far ahead tokens may have been issued, in ms: two clocks are never quite the same. */
const usualSkew = 300_000;

/** The clock of whoever stored them was wrong, and so is the end that was noted. */
function wasIssuedAhead({ issuedAt }: TokenSet, now: number): boolean {
  return issuedAt !== undefined && issuedAt.getTime() - now > usualSkew;
}

/**
 * Tells whether tokens are good enough for a caller: of its scopes, not the token that it had refused, and with more time
 * left than its threshold. New ones that were issued after the call began are good whatever their lifetime, since asking
 * again would bring no better; unless they have ended on their way, while the machine slept.
 */
export function isGoodEnough({ tokens, requestedAt, isNew }: FoundTokens, call: Call, judge: Judgement): boolean {
  const { scope, ownToken, now } = judge;
  if (tokens.accessToken !== ownToken && wasIssuedAhead(tokens, now)) return false;
  const isRejected = tokens.accessToken === call.rejected;
  const hasScopes = missingScopes(tokens, scope).length === 0;
  const isPaused = tokens.accessToken === ownToken && isSpared(tokens, now);
  if (!isRejected && hasScopes && (isPaused || isFresh(tokens, now, call.threshold))) return true;
  if (!isNew) return false;
  if ((lifetimeOf(tokens) ?? 0) > 0 && !isValid(tokens, now)) return false;
  if (!hasScopes) return false;
  if (requestedAt !== undefined) return !isRejected || requestedAt >= call.began;
  return !isRejected && isValid(tokens, now) && (tokens.generation ?? 0) > call.began;
}

/** The tokens, where a caller may go on with them: valid, of its scopes, and not those that it had refused. */
export function usable(
  tokens: TokenSet | undefined,
  { rejected }: Call,
  { scope, clock }: FlowSettings,
): TokenSet | undefined {
  if (!tokens || tokens.accessToken === rejected || !isValid(tokens, clock.now())) return undefined;
  return missingScopes(tokens, scope).length === 0 ? tokens : undefined;
}
