import { loadStorage } from '../load-storage.js';
import type { StorageDeed } from './storage-process.js';

const [location = '', storageArguments = '[]', key = '', deed = 'enter'] = process.argv.slice(2);
const storage = await loadStorage(location, JSON.parse(storageArguments) as string[]);

const { signal } = new AbortController();

const deeds: Record<StorageDeed, () => Promise<void>> = {
  enter: () => underLock(0, async () => undefined),
  hold: () => underLock(20, hold),
  async saveAndDie() {
    const tokens = await storage.load(key);
    const again = tokens?.withStamp({ ...tokens.stamp, generation: 2 });
    if (again) await storage.save(key, again, { reason: 'refresh', expected: 1, lock: { signal } });
    process.kill(process.pid, 'SIGKILL');
  },
};

function underLock(timeout: number, task: () => Promise<void>): Promise<void> {
  return storage.withLock(key, task, { signal, timeout });
}

/** Holds the lock until this process is killed. */
function hold(): Promise<never> {
  process.send?.('done');
  return new Promise(() => undefined);
}

process.once('disconnect', () => process.exit());
process.send?.(
  await deeds[deed as StorageDeed]().then(
    () => 'done',
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  ),
);
