/** Asks a flow for a token, and says what the caller got. */
import { AuthFlowError, LoginRequiredError } from '../../../packages/core/dist/index.js';

/** Milliseconds after which a caller counts as left without an answer. */
const patience = 15_000;

export async function ask(flow, options) {
  const waiting = new AbortController();
  try {
    const token = await Promise.race([flow.getAccessTokenRefreshIfNecessary(options), tooLate(waiting.signal)]);
    return typeof token === 'string' && token !== '' ? { kind: 'token' } : { kind: 'left' };
  } catch (error) {
    if (!(error instanceof AuthFlowError)) return { kind: 'left' };
    const { code, retryable } = error;
    return { kind: 'error', code, retryable, needsLogin: error instanceof LoginRequiredError };
  } finally {
    waiting.abort();
  }
}

function tooLate(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), patience);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
