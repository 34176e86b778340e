import assert from 'node:assert/strict';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { keepSaving } from './keep-saving.js';
import {
  ada,
  assertHolds,
  assertRejects,
  expecting,
  outcomeOf,
  type StorageCase,
  tokensOf,
  waiting,
} from './storage-case.js';
import { type StorageDeed, StorageProcess } from './storage-process.js';

/** Another process is kept out, finds what was saved, and leaves no lock behind when it is killed. */
export function processCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  if (fixture.storageModule === undefined) return [];
  const wordOf = async (storage: S, deed: StorageDeed): Promise<string> => {
    const other = StorageProcess.start(fixture, storage, deed);
    try {
      return await other.outcome;
    } finally {
      await other.kill();
    }
  };
  return [
    {
      title: 'keeps another process out while the lock is held, and not after that',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 1), expecting(0));
        const enter = (): Promise<string> => wordOf(storage, 'enter');
        const outcome = await storage.withLock(ada, enter, waiting());
        assert.equal(outcome, 'LOCK_TIMEOUT', `a process of storageModule, while the lock was held: ${outcome}`);
        assert.equal(await enter(), 'done');
      },
    },
    {
      title: 'is kept out by another process until that is killed',
      body: async (storage) => {
        const holder = StorageProcess.start(fixture, storage, 'hold');
        try {
          assert.equal(await holder.outcome, 'done');
          const task = () => Promise.reject(new Error('the task ran'));
          await assertRejects(storage.withLock(ada, task, { ...waiting(), timeout: 0.2 }), 'LOCK_TIMEOUT');
        } finally {
          await holder.kill();
        }
        assert.equal(await storage.withLock(ada, async () => 'free', waiting()), 'free');
      },
    },
    {
      title: 'keeps what a process has saved that is killed at once',
      body: async (storage) => {
        const tokens = tokensOf(ada, 1);
        await storage.save(ada, tokens, expecting(0));
        const killed = process.platform === 'win32' ? '1' : 'SIGKILL'; // no signals there
        assert.equal(await wordOf(storage, 'saveAndDie'), killed);
        await assertHolds(storage, ada, tokens.withStamp({ ...tokens.stamp, generation: 2 }));
      },
    },
    ...(fixture.manyKeys === false ? [] : [leavesOtherKeysAlone(fixture)]),
  ];
}

/** Where all keys stand in one document, and each has a lock, a process can write back what it has read of the others. */
function leavesOtherKeysAlone<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S> {
  return {
    title: 'undoes no save of another process under another key, and loses none',
    body: async (storage) => {
      for (const key of [ada, 'bob']) await storage.save(key, tokensOf(key, 1), expecting(0));
      const other = StorageProcess.start(fixture, storage, 'saveOften', 'bob');
      const heard: { word?: string } = {};
      void other.outcome.then((word) => (heard.word = word));
      const { value, error } = await outcomeOf(
        keepSaving(storage, ada, tokensOf(ada, 1), () => heard.word !== undefined),
      );
      await other.kill();
      const last = { [ada]: Number(value), bob: Number(heard.word) };
      const fault = (error as Error | undefined)?.message ?? (last.bob > 0 ? undefined : heard.word);
      const question = 'Does a save write back what it has read of other keys?';
      assert.equal(fault, undefined, `two processes saved under two keys: ${fault ?? ''}. ${question}`);
      for (const [key, saved] of Object.entries(last)) {
        const kept = (await storage.load(key))?.generation;
        assert.equal(kept, saved, `save ${saved} was over, and ${String(kept)} is stored. ${question}`);
      }
    },
  };
}
