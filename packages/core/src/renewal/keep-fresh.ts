import type { AccessTokenOptions } from '../options/access-token-options.js';
import type { Clock } from '../platform/clock.js';
import { defaultThreshold, lifetimeOf, secondsLeft } from '../tokens/expiry.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { CredentialState } from './credential-state.js';

/** Renews a flow's token ahead of its end, until it is closed. @group Options */
export interface KeptFresh {
  /** Stops. A renewal under way goes on to its end. */
  close(): void;
}

/** What is kept fresh. */
export interface FreshSource {
  readonly clock: Clock;
  readonly threshold: number | undefined;
  readonly credential: CredentialState;
  readonly token: (options: AccessTokenOptions) => Promise<string>;
}

const [shortest, longest] = [1, 60]; // seconds; a machine that was asleep finds out within a minute
const longestWhileGood = 10; // many servers take a used refresh token again for 10 s

/**
 * Starts to renew. Failures are told by the flow's events, and tried again, with jitter: after 1 s to 10 s while calls get
 * the present token, else after 1 s to 60 s.
 */
export function keepFresh(source: FreshSource): KeptFresh {
  const controller = new AbortController();
  source.credential.keptFresh++;
  void renewUntil(controller.signal, source);
  return {
    close: () => {
      if (!controller.signal.aborted) source.credential.keptFresh--;
      controller.abort(new Error('keepFresh was closed.'));
    },
  };
}

async function renewUntil(signal: AbortSignal, { clock, threshold, credential, token }: FreshSource): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const present = credential.tokens;
    let limit = longestWhileGood;
    try {
      const given = await token({ signal, ...(present && { autoRefreshThreshold: aheadOf(present, threshold) }) });
      const isLate = present?.accessToken === given && dueIn(present, threshold, clock.now()) < 0;
      failures = isLate ? failures + 1 : 0;
    } catch {
      failures++;
      limit = longest;
    }
    const pause = failures > 0 ? afterFailures(failures, limit) : untilDue(credential.tokens, threshold, clock.now());
    await clock.sleep(pause * 1000, signal, { idle: true }).catch(() => undefined);
  }
}

/** Seconds before its end at which a token is renewed: a fifth of its life, or the threshold, but not half of its life. */
function aheadOf(tokens: TokenSet, threshold = defaultThreshold(tokens)): number {
  const lifetime = lifetimeOf(tokens);
  return lifetime === undefined ? threshold : Math.min(Math.max(threshold, lifetime / 5), lifetime / 2);
}

function dueIn(tokens: TokenSet, threshold: number | undefined, now: number): number {
  return secondsLeft(tokens, now) - aheadOf(tokens, threshold);
}

function untilDue(tokens: TokenSet | undefined, threshold: number | undefined, now: number): number {
  const left = tokens ? dueIn(tokens, threshold, now) : Infinity;
  return Math.min(Math.max(left + 0.001, shortest), longest); // past the threshold, not at it
}

function afterFailures(count: number, limit: number): number {
  const most = Math.min(2 ** count, limit);
  return most / 2 + Math.random() * (most / 2);
}
