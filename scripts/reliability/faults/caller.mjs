/** Asks a flow for a token, and says what the caller got. */
import { AuthFlowError, LoginRequiredError } from '@latchkey/core';

/** Milliseconds after which a caller counts as left without an answer. */
const patience = 60_000;

export async function ask(flow, options) {
  const waiting = new AbortController();
  try {
    const token = await Promise.race([flow.getAccessTokenRefreshIfNecessary(options), tooLate(waiting.signal)]);
    return typeof token === 'string' && token !== '' ? { kind: 'token', token } : { kind: 'left' };
  } catch (error) {
    if (!(error instanceof AuthFlowError)) return { kind: 'left' };
    const { code, retryable, message } = error;
    return { kind: 'error', code, retryable, message, needsLogin: error instanceof LoginRequiredError };
  } finally {
    waiting.abort();
  }
}

/** Seconds after which the server is asked again, by the words of an error; 0 where it says nothing of that. */
export function toldToWait({ message }) {
  return Number(/ again in (\d+) s/.exec(message)?.[1] ?? 0);
}

function tooLate(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), patience);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
