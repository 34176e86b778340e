import assert from 'node:assert/strict';
import { causesOf } from '../../errors/error-causes.js';
import type { HeldLock } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { canList, listed } from './list-cases.js';
import { ada, assertHolds, assertRejects, expecting, type StorageCase, tokensOf } from './storage-case.js';

const awkwardKeys = [
  '../up',
  'a/b',
  'a:b',
  'a',
  'A',
  'ü',
  'u\u0308',
  ' a',
  'a ',
  '%61',
  '.',
  '*',
  '{a}',
  'key=a&account=1',
  'key=a&account=2',
  'a?1',
  'a?2',
  'k'.repeat(300),
  `${'k'.repeat(300)}2`,
];

/** A record is found under its own key and in its own place, and nowhere else. */
export function keyCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  const ofKeys =
    fixture.manyKeys === false
      ? [refusesOthers<S>()]
      : [keepsKeysApart<S>(), keepsKeysApartAtOnce(fixture), savesUnderManyLocks<S>()];
  return [...ofKeys, keepsPlacesApart(fixture)];
}

/** A fixture may have one place only, which `create` empties; there is nothing to keep apart then. */
function keepsPlacesApart<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S> {
  return {
    title: 'knows nothing of another place',
    body: async (storage) => {
      const neighbour = await fixture.create();
      try {
        await neighbour.save(ada, tokensOf(ada, 1), expecting(0));
        if (neighbour.id === storage.id) {
          assert.ok(await storage.load(ada), 'two places have one id, by which flows share tokens');
          return;
        }
        await assertHolds(storage, ada, undefined);
        if (await canList(storage)) assert.deepEqual(await listed(storage), []);
        await storage.save(ada, tokensOf(ada, 2), expecting(0));
        await storage.delete(ada, expecting(undefined));
        await assertHolds(neighbour, ada, tokensOf(ada, 1));
      } finally {
        await fixture.dispose(neighbour);
      }
    },
  };
}

function keepsKeysApart<S extends TokenStorage>(): StorageCase<S> {
  return {
    title: 'keeps awkward keys apart',
    body: async (storage) => {
      assert.ok(storage.isOneRecord !== true, 'isOneRecord says that all keys share one record');
      const { signal } = new AbortController();
      for (const [n, key] of awkwardKeys.entries()) {
        const save = (lock: HeldLock) => storage.save(key, tokensOf(key, n + 1), { ...expecting(0), lock });
        await storage.withLock(key, save, { signal, timeout: 20 });
      }
      for (const [n, key] of awkwardKeys.entries()) await assertHolds(storage, key, tokensOf(key, n + 1));
      await storage.delete('a', expecting(undefined));
      await assertHolds(storage, 'A', tokensOf('A', awkwardKeys.indexOf('A') + 1));
      await assertHolds(storage, 'a:b', tokensOf('a:b', awkwardKeys.indexOf('a:b') + 1));
    },
  };
}

/** Where all keys stand in one document, a writer of one key can undo what another has written. */
function keepsKeysApartAtOnce<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S> {
  return {
    title: 'loses none of the saves that are made at once under several keys',
    body: async (storage) => {
      const openings = [storage, await fixture.reopen(storage)];
      const some = ['ada', 'bob', 'eve', 'joe', 'kim', 'lea'];
      const saveTwice = async (key: string, index: number): Promise<void> => {
        const opening = openings[index % 2] ?? storage;
        const task = async (lock: HeldLock): Promise<void> => {
          for (const generation of [1, 2])
            await opening.save(key, tokensOf(key, generation), { ...expecting(generation - 1), lock });
        };
        await opening.withLock(key, task, { signal: new AbortController().signal, timeout: 20 });
      };
      await Promise.all(some.map(saveTwice));
      for (const key of some) await assertHolds(storage, key, tokensOf(key, 2));
    },
  };
}

/**
 * A service renews for many at once. Where each lock keeps a connection of a pool until its task ends, none is left to save
 * what was redeemed.
 */
function savesUnderManyLocks<S extends TokenStorage>(): StorageCase<S> {
  return {
    title: 'saves for fifty credentials whose locks are asked for at once',
    body: async (storage) => {
      const some = Array.from({ length: 50 }, (_, index) => `account ${index}`);
      const saveLater = async (key: string): Promise<void> =>
        storage.withLock(
          key,
          async (lock) => {
            await new Promise((resolve) => setTimeout(resolve, 5)); // as long as a server takes
            await storage.save(key, tokensOf(key, 1), { ...expecting(0), lock });
          },
          { signal: new AbortController().signal, timeout: 20 }, // each its own: Node warns of many who wait for one
        );
      const saves = Promise.all(some.map(saveLater)).then(() => 'all are saved', reasonsOf);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(resolve, 20_000, 'nothing came in 20 s');
      });
      const outcome = await Promise.race([saves, late]);
      clearTimeout(timer);
      const question = 'Does a lock keep what a save needs, such as a connection of a pool?';
      assert.equal(outcome, 'all are saved', `${outcome}. ${question}`);
      for (const key of some) await assertHolds(storage, key, tokensOf(key, 1));
      const count = (await canList(storage)) ? (await listed(storage)).length : some.length;
      assert.equal(count, some.length, 'list gives some of the logins only. Does it go on to the next page?');
    },
  };
}

/** What went wrong, and what led to it. */
function reasonsOf(error: unknown): string {
  const reasons = causesOf(error).map(({ name, message }) => `${name}: ${message}`);
  return reasons.join(' Cause: ') || String(error);
}

function refusesOthers<S extends TokenStorage>(): StorageCase<S> {
  return {
    title: 'refuses the record of another credential, until a login overwrites it',
    body: async (storage) => {
      assert.equal(storage.isOneRecord, true, 'isOneRecord does not say that all keys share one record');
      await storage.save(ada, tokensOf(ada, 1), expecting(0));
      await assertRejects(storage.load('bob'), 'CREDENTIAL_MISMATCH');
      await assertHolds(storage, ada, tokensOf(ada, 1));
      await storage.save('bob', tokensOf('bob', 2), expecting(undefined));
      await assertHolds(storage, 'bob', tokensOf('bob', 2));
    },
  };
}
