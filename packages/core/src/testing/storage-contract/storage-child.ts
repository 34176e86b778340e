import type { TokenSet } from '../../tokens/token-set.js';
import { loadStorage } from '../load-storage.js';
import { keepSaving } from './keep-saving.js';
import type { StorageDeed } from './storage-process.js';

const [location = '', storageArguments = '[]', key = '', deed = 'enter'] = process.argv.slice(2);
const storage = await loadStorage(location, JSON.parse(storageArguments) as string[]);

const { signal } = new AbortController();

const deeds: Record<StorageDeed, () => Promise<unknown>> = {
  async enter() {
    await assertSamePlace();
    await underLock(0, async () => undefined);
  },
  hold: () => underLock(20, hold),
  async saveAndDie() {
    const tokens = await assertSamePlace();
    const again = tokens.withStamp({ ...tokens.stamp, generation: 2 });
    await storage.save(key, again, { reason: 'refresh', expected: 1, lock: { signal } });
    process.kill(process.pid, 'SIGKILL');
  },
  async saveOften() {
    const tokens = await assertSamePlace();
    const end = performance.now() + 400;
    return keepSaving(storage, key, tokens, () => performance.now() > end);
  },
};

async function assertSamePlace(): Promise<TokenSet> {
  const tokens = await storage.load(key);
  if (tokens) return tokens;
  throw new Error('createStorage opened another place: what was saved is not there. See storageArguments.');
}

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
    (said) => (typeof said === 'number' ? String(said) : 'done'),
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  ),
);
