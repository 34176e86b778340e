import { untilAborted } from '../platform/waiting.js';
import { shared } from '../platform/process-registry.js';
import { unsavedTokens } from './credential-state.js';

/** What is under way in all copies of this package: whoever ends the process may know but one of them. */
export const underWay = (): Set<Promise<unknown>> => shared('under way', () => new Set());

/** Notes work that may hold the only copy of new tokens until it ends. */
export function noteUnderWay<T>(work: Promise<T>): Promise<T> {
  const end = (): void => void underWay().delete(work);
  underWay().add(work);
  work.then(end, end); // whoever asked for it is told how it ended
  return work;
}

/**
 * Resolves when what all renewals, logins and saves of this process had under way at the call has ended, well or not. A login
 * counts from its request for tokens on, not while a person is busy. Tokens that an earlier save could not store are tried once
 * more. For a handler of SIGTERM and SIGINT, without which Node ends at once and takes the only copy of a refresh token along:
 *
 * ```ts
 * import { settled } from '@latchkey/core';
 *
 * process.once('SIGTERM', () => {
 *   void settled({ signal: AbortSignal.timeout(10_000) }).finally(() =>
 *     process.exit(0),
 *   );
 * });
 * ```
 *
 * @throws the reason of `signal` when it is aborted before
 * @group Start here
 */
export function settled({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
  return untilAborted(signal, settle());
}

async function settle(): Promise<void> {
  await Promise.allSettled(underWay());
  await Promise.allSettled([...unsavedTokens()].map((save) => save()));
}
