import type { Clock } from '../platform/clock.js';
import type { DeviceCode } from '../server/device-code.js';
import {
  DeviceCodeDeniedError,
  DeviceCodeExpiredError,
  DeviceCodePollingError,
  TokenEndpointUnavailableError,
  TokenRequestError,
} from '../errors/index.js';
import { answerIn } from '../errors/oauth-error.js';

/** Longest pause after failures in a row, in seconds. */
const longestPause = 60;

/**
 * Polls until the login is approved (RFC 8628 section 3.5): 5 s longer after each `slow_down`, for good; twice as long
 * after each failure in a row, for as long as it fails; and never beyond the life of the code.
 *
 * @throws DeviceCodeDeniedError, DeviceCodeExpiredError, DeviceCodePollingError, ClientRejectedError; the reason of
 * `signal` as soon as it is aborted
 */
export async function pollDeviceCode<T>(
  { interval, prompt }: DeviceCode,
  request: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const end = prompt.expiresAt.getTime();
  let time = clock.now(); // goes on by the pauses: the clock may be set while the person types
  let pause = interval;
  let [failures, least] = [0, 0];
  let lastFailure: unknown;
  for (;;) {
    const left = (end - time) / 1000;
    const atLast = left - 1; // whoever approved meanwhile shall not be told that nobody did
    if (left <= pause && (atLast <= 0 || atLast < least)) {
      await clock.sleep(Math.max(left, 0) * 1000, signal);
      throw new DeviceCodeExpiredError({ cause: lastFailure });
    }
    const wait = (left <= pause ? atLast : pause) * 1000;
    await clock.sleep(wait, signal);
    const asked = clock.now();
    try {
      return await request();
    } catch (error) {
      time += wait + Math.min(Math.max(clock.now() - asked, 0), longestPause * 1000);
      const slower = readPoll(error);
      interval += slower.by;
      failures = slower.failed ? failures + 1 : 0;
      lastFailure = slower.failed ? error : undefined;
      least = Math.max(interval, slower.retryAfter);
      pause = Math.max(Math.min(interval * 2 ** failures, Math.max(longestPause, interval)), slower.retryAfter);
    }
  }
}

/** Decides whether polling goes on, and how much slower; throws what ends it. */
function readPoll(error: unknown): { by: number; failed: boolean; retryAfter: number } {
  const goOn = { by: 0, failed: false, retryAfter: 0 };
  if (error instanceof TokenEndpointUnavailableError) {
    const { retryAfter = 0 } = error;
    // Auth0 sends slow_down with status 429.
    return error.status === 429 ? { ...goOn, by: 5, retryAfter } : { ...goOn, failed: true, retryAfter };
  }
  if (!(error instanceof TokenRequestError) || error.code === 'TOKEN_ANSWER_UNREAD') throw error;
  if (error.code === 'TOKEN_ANSWER_INVALID') return { ...goOn, failed: true };
  switch (error.error?.toLowerCase()) {
    case 'authorization_pending':
      return goOn;
    case 'slow_down':
      return { ...goOn, by: 5 };
    case 'access_denied':
    case 'authorization_declined': // Microsoft's word
      throw new DeviceCodeDeniedError(answerIn(error));
    case 'expired_token':
    case 'token_expired': // GitHub's word
      throw new DeviceCodeExpiredError(answerIn(error));
    case undefined: // who answered may be another than the server
      throw new DeviceCodePollingError({ ...answerIn(error), message: error.message, remedy: error.remedy });
    default:
      throw new DeviceCodePollingError(answerIn(error));
  }
}
