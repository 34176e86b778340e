import type { Clock } from '../../platform/clock.js';
import { StorageConflictError } from '../../errors/index.js';
import { monotonicNow } from '../../platform/monotonic.js';

/**
 * Tries until it works, with pauses from 50 ms up to 1 s, for so many milliseconds, by whichever clock they end first: one
 * may be set back.
 *
 * @returns the last failure when it never worked
 * @throws StorageConflictError, which no further try can help
 */
export async function retryFor(
  milliseconds: number,
  clock: Clock,
  attempt: () => Promise<void>,
): Promise<{ readonly error: unknown } | undefined> {
  const [wall, monotonic] = [clock.now(), monotonicNow()];
  for (let pause = 50; ; pause = Math.min(2 * pause, 1000)) {
    try {
      await attempt();
      return undefined;
    } catch (error) {
      if (error instanceof StorageConflictError) throw error;
      const elapsed = Math.max(clock.now() - wall, monotonicNow() - monotonic);
      if (elapsed + pause > milliseconds) return { error };
      await clock.sleep(pause);
    }
  }
}
