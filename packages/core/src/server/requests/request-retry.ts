import { TokenEndpointUnavailableError } from '../../errors/index.js';
import type { RetryOptions } from '../../options/flow-options.js';
import type { Clock } from '../../platform/clock.js';

/** What is retried, and by which clock. */
export interface RetryContext {
  readonly retry: RetryOptions | undefined;
  readonly grantType: string;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * Grants that ask for something new each time, so that it does no harm when a request was answered unheard. An assertion is
 * none of them: a server may take each once (RFC 7523 section 3).
 */
const repeatable = new Set(['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']);

const [first, longest] = [500, 5000]; // milliseconds

/**
 * Makes a request, and makes it again while that may help: after a pause of a random length up to 0.5 s, 1 s, 2 s and
 * so on, or as long as the server asks.
 *
 * | failure                                  | made again                                                  |
 * | ---------------------------------------- | ----------------------------------------------------------- |
 * | never sent (refused, name not found, …)  | for every grant                                             |
 * | 429, 503                                 | for every grant: the server says that it did nothing        |
 * | other 5xx, 408, 425, no answer           | for grants that ask for something new each time             |
 * | all else                                 | never                                                       |
 */
export async function withRetries<T>(request: () => Promise<T>, context: RetryContext): Promise<T> {
  const { retry, clock, signal } = context;
  if (!retry) return request();
  const { attempts = 3, deadline = 15 } = retry;
  const end = clock.now() + deadline * 1000;
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt >= attempts || !mayRepeat(error, context.grantType)) throw error;
      const jitter = Math.random() * Math.min(first * 2 ** (attempt - 1), longest);
      const pause = Math.max(jitter, (error.retryAfter ?? 0) * 1000);
      if (clock.now() + pause > end) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

function mayRepeat(error: unknown, grantType: string): error is TokenEndpointUnavailableError {
  if (!(error instanceof TokenEndpointUnavailableError)) return false;
  const didNothing = !error.mayHaveArrived || error.status === 429 || error.status === 503;
  return didNothing || repeatable.has(grantType);
}
