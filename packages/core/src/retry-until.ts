import type { Clock } from './clock.js';
import { StorageConflictError } from './errors.js';

/**
 * Tries until it works, with pauses from 50 ms up to 1 s, or until `deadline` (ms since 1970).
 *
 * @returns the last failure when it never worked
 * @throws StorageConflictError, which no further try can help
 */
export async function retryUntil(
  deadline: number,
  clock: Clock,
  attempt: () => Promise<void>,
): Promise<{ readonly error: unknown } | undefined> {
  for (let pause = 50; ; pause = Math.min(2 * pause, 1000)) {
    try {
      await attempt();
      return undefined;
    } catch (error) {
      if (error instanceof StorageConflictError) throw error;
      if (clock.now() + pause > deadline) return { error };
      await clock.sleep(pause);
    }
  }
}
