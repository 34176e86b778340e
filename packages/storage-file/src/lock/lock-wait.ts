import { type LockOptions, LockTimeoutError } from '@latchkey/core';
import { WakeUp } from './file-wake-up.js';
import type { Occupied, OwnedLock } from './owned-lock.js';
import { monotonicNow } from './monotonic.js';

/**
 * Attempts until the lock is owned. `touched` is the file that a holder touches when it releases.
 *
 * @throws LockTimeoutError with the holder's process id; the signal's reason; what an attempt throws.
 */
export async function waitForLock(
  attempt: () => OwnedLock | Occupied,
  touched: string,
  options: LockOptions,
): Promise<OwnedLock> {
  const { signal, timeout, onRelease } = options;
  const deadline = monotonicNow() + timeout * 1000;
  let wakeUp: WakeUp | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const found = attempt();
      if (found.lock) return found;
      if (found.made) {
        await found.made;
        continue;
      }
      const left = deadline - monotonicNow();
      if (!(left > 0)) throw new LockTimeoutError({ holder: found.holder });
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
  }
}

/** Milliseconds until the next look. Uneven, so that processes that began together drift apart. */
function jitter(): number {
  return 15 + Math.random() * 45;
}
