import { TokenSet } from '../../tokens/token-set.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, assertHolds, assertRejects, expecting, type StorageCase, tokensOf } from './storage-case.js';

const conflict = 'STORAGE_CONFLICT';

/** A generation as flows stamp them: milliseconds since 1970. */
const today = 1_734_714_181_123;

/** Nobody replaces or removes a generation that he has not read. */
export function generationCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  return [
    {
      title: 'saves onto the expected generation',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 5), expecting(0));
        await storage.save(ada, tokensOf(ada, 9), expecting(5));
        await assertHolds(storage, ada, tokensOf(ada, 9));
      },
    },
    {
      title: 'saves onto the same generation, as a note does',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 5), expecting(0));
        const noted = tokensOf(ada, 5, { access_token: 'noted' });
        await storage.save(ada, noted, expecting(5));
        await assertHolds(storage, ada, noted);
      },
    },
    {
      title: 'refuses a save onto another generation, and changes nothing',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 5), expecting(0));
        for (const expected of [4, 6])
          await assertRejects(storage.save(ada, tokensOf(ada, 9), expecting(expected)), conflict);
        await assertHolds(storage, ada, tokensOf(ada, 5));
      },
    },
    {
      title: 'tells generations apart that are a millisecond apart',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, today), expecting(0));
        await assertHolds(storage, ada, tokensOf(ada, today));
        for (const expected of [today - 1, today + 1])
          await assertRejects(storage.save(ada, tokensOf(ada, today + 2), expecting(expected)), conflict);
        await storage.save(ada, tokensOf(ada, today + 1), expecting(today));
        await assertHolds(await fixture.reopen(storage), ada, tokensOf(ada, today + 1));
        await assertRejects(storage.delete(ada, expecting(today)), conflict);
        await storage.delete(ada, expecting(today + 1));
      },
    },
    {
      title: 'refuses a save of a late writer in another opening',
      body: async (storage) => {
        const late = await fixture.reopen(storage);
        await storage.save(ada, tokensOf(ada, 5), expecting(0));
        await late.load(ada);
        await storage.save(ada, tokensOf(ada, 6), expecting(5));
        await assertRejects(late.save(ada, tokensOf(ada, 7), expecting(5)), conflict);
        await assertHolds(late, ada, tokensOf(ada, 6));
      },
    },
    {
      title: 'refuses a save that expects nothing where something is',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 5), expecting(0));
        await assertRejects(storage.save(ada, tokensOf(ada, 9), expecting(0)), conflict);
        await assertHolds(storage, ada, tokensOf(ada, 5));
      },
    },
    {
      title: 'refuses a save that expects something where nothing is',
      body: async (storage) => {
        await assertRejects(storage.save(ada, tokensOf(ada, 9), expecting(5)), conflict);
        await assertHolds(storage, ada, undefined);
      },
    },
    {
      title: 'counts a record without a generation as 0',
      body: async (storage) => {
        await storage.save(ada, TokenSet.from({ access_token: 'a', refresh_token: 'r' }), expecting(undefined));
        await storage.save(ada, tokensOf(ada, 9), expecting(0));
        await assertHolds(storage, ada, tokensOf(ada, 9));
      },
    },
    {
      title: 'overwrites when nothing is expected in particular',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 5), expecting(undefined));
        await storage.save(ada, tokensOf(ada, 3), expecting(undefined));
        await assertHolds(storage, ada, tokensOf(ada, 3));
      },
    },
    {
      title: 'deletes the expected generation, or any when none is given',
      body: async (storage) => {
        for (const expected of [5, undefined]) {
          await storage.save(ada, tokensOf(ada, 5), expecting(0));
          await storage.delete(ada, expecting(expected));
          await assertHolds(storage, ada, undefined);
        }
      },
    },
    {
      title: 'refuses to delete another generation',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 5), expecting(0));
        for (const expected of [0, 4]) await assertRejects(storage.delete(ada, expecting(expected)), conflict);
        await assertHolds(storage, ada, tokensOf(ada, 5));
      },
    },
    {
      title: 'deletes what is not there without complaint',
      body: async (storage) => {
        await storage.delete(ada, expecting(undefined));
        for (const expected of [0, 5]) await storage.delete(ada, expecting(expected));
      },
    },
  ];
}
