import { type LockOptions, LockTimeoutError } from '@latchkey/core';
import type { Contender, OwnedLock } from './contender.js';
import { WakeUp } from './file-wake-up.js';

/**
 * Waits until the contender has the lock. `touched` is the file that a holder touches when it releases.
 *
 * @throws LockTimeoutError with the holder's process id; the signal's reason; what an attempt throws.
 */
export async function waitForLock(contender: Contender, touched: string, options: LockOptions): Promise<OwnedLock> {
  const { signal, timeout, onRelease } = options;
  const deadline = performance.now() + timeout * 1000;
  let wakeUp: WakeUp | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const owned = contender.attempt();
      if (owned !== undefined) return owned;
      const left = deadline - performance.now();
      if (!(left > 0)) throw new LockTimeoutError({ holder: contender.holder() });
      if (wakeUp === undefined) {
        // Try once more now that touches are heard, before the first wait.
        wakeUp = new WakeUp(touched);
        continue;
      }
      const isTouched = await wakeUp.wait(Math.min(left, jitter()), signal);
      if (isTouched) await onRelease?.();
    }
  } finally {
    wakeUp?.close();
    contender.close();
  }
}

/** Milliseconds until the next look. Uneven, so that processes that began together drift apart. */
function jitter(): number {
  return 15 + Math.random() * 45;
}
