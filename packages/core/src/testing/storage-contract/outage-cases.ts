import assert from 'node:assert/strict';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, assertRejects, expecting, type StorageCase, tokensOf } from './storage-case.js';

const unavailable = 'STORAGE_UNAVAILABLE';

/** An outage is an error, and is noticed before anything is redeemed. */
export function outageCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  if (!fixture.breakIt) return [];
  const broken = async (storage: S): Promise<S> => {
    await storage.save(ada, tokensOf(ada, 1), expecting(0));
    await fixture.breakIt?.(storage);
    return storage;
  };
  return [
    {
      title: 'reports an outage on load, never "nothing there"',
      body: async (storage) => assertRejects((await broken(storage)).load(ada), unavailable),
    },
    {
      title: 'reports an outage on save, whatever is expected',
      body: async (storage) => {
        await broken(storage);
        for (const expected of [1, undefined]) {
          await assertRejects(storage.save(ada, tokensOf(ada, 2), expecting(expected)), unavailable);
        }
      },
    },
    {
      title: 'reports an outage on delete',
      body: async (storage) => assertRejects((await broken(storage)).delete(ada, expecting(undefined)), unavailable),
    },
    {
      title: 'reports an outage on taking the lock, and does not run the task',
      body: async (storage) => {
        await broken(storage);
        let ran = false;
        const task = async (): Promise<void> => void (ran = true);
        const options = { signal: new AbortController().signal, timeout: 5 };
        await assertRejects(storage.withLock(ada, task, options), unavailable);
        assert.equal(ran, false);
      },
    },
  ];
}
