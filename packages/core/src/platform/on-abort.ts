/** Who waits for a signal, and the one listener that tells them. */
interface Waiters {
  readonly listeners: Set<(reason: Error) => void>;
  readonly tell: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiters>();

/**
 * Calls a listener with the reason when a signal is aborted. However many wait for one signal, it has one listener: Node
 * warns of a leak at more than ten.
 *
 * @returns a function that ends it
 */
export function onAbort(signal: AbortSignal, listener: (reason: Error) => void): () => void {
  const { listeners, tell } = waiting.get(signal) ?? begin(signal);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || waiting.get(signal)?.listeners !== listeners) return;
    waiting.delete(signal);
    signal.removeEventListener('abort', tell);
  };
}

function begin(signal: AbortSignal): Waiters {
  const listeners: Waiters['listeners'] = new Set();
  const tell = (): void => {
    waiting.delete(signal);
    for (const listener of listeners) listener(reasonOf(signal));
  };
  const waiters = { listeners, tell };
  signal.addEventListener('abort', tell, { once: true }); // throws for what is no signal
  waiting.set(signal, waiters);
  return waiters;
}

/** Why a signal is aborted, which a stand-in for one, as of the package abort-controller, does not tell. */
export function reasonOf({ reason }: AbortSignal): Error {
  return (reason ?? Object.assign(new Error('Aborted'), { name: 'AbortError' })) as Error;
}

/** As the signal's own method, which stand-ins have not got. @throws the signal's reason */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}
