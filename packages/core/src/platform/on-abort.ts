/** Who waits for a signal, and the one listener that tells them. */
interface Waiters {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiters>();

/**
 * Calls a listener when a signal is aborted. However many wait for one signal, it has one listener: Node warns of a leak at
 * more than ten.
 *
 * @returns a function that ends it
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
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
  const listeners = new Set<() => void>();
  const tell = (): void => {
    waiting.delete(signal);
    for (const listener of listeners) listener();
  };
  const waiters = { listeners, tell };
  waiting.set(signal, waiters);
  signal.addEventListener('abort', tell, { once: true });
  return waiters;
}
