import type { HeldLock } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenSet } from '../../tokens/token-set.js';

/** What a disk or a machine that is slow for a while brings about: nothing was saved, and the next try may. */
const passing = ['LOCK_LOST', 'LOCK_TIMEOUT', 'STORAGE_UNAVAILABLE'];

/**
 * Saves one generation after the other, from the second on, each under a lock of its own, until it is over. Tells which came
 * last. Rests for as long as it works, since some places let in nobody else meanwhile.
 */
export async function keepSaving(
  storage: TokenStorage,
  key: string,
  tokens: TokenSet,
  isOver: () => boolean,
): Promise<number> {
  const { signal } = new AbortController();
  let generation = 1;
  while (!isOver()) {
    const began = performance.now();
    const next = tokens.withStamp({ ...tokens.stamp, generation: generation + 1 });
    const context = { reason: 'refresh', expected: generation } as const;
    const save = (lock: HeldLock): Promise<void> => storage.save(key, next, { ...context, lock });
    try {
      await storage.withLock(key, save, { signal, timeout: 20 });
      generation++;
    } catch (error) {
      if (!passing.includes(String((error as { code?: unknown } | undefined)?.code))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, performance.now() - began));
  }
  return generation;
}
