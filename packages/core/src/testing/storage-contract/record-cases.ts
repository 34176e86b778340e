import assert from 'node:assert/strict';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, assertHolds, assertRejects, expecting, type StorageCase, tokensOf } from './storage-case.js';

const awkwardKeys = ['../up', 'a/b', 'a:b', 'a', 'A', 'ü', 'u\u0308', ' a', '%61', '.', '*', '{a}', 'k'.repeat(300)];

/** What is stored comes back, whole, to everybody, under its own key. */
export function recordCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  const cases: StorageCase<S>[] = [
    {
      title: 'finds nothing under an unknown key',
      body: async (storage) => assertHolds(storage, ada, undefined),
    },
    {
      title: 'gives every field back, known or not',
      body: async (storage) => {
        const tokens = tokensOf(ada, 1, {
          id_token: 'id',
          token_type: 'DPoP',
          scope: 'openid profil',
          expires_at: 1_734_742_981,
          issued_at: 1_734_714_181,
          nested: { list: [1, null, 'zwölf 🔑'], deep: { yes: true } },
          'größe "\\\n': 'ünï\u2028',
          long: 'x'.repeat(64_000),
        });
        await storage.save(ada, tokens, expecting(0));
        await assertHolds(storage, ada, tokens);
        await assertHolds(await fixture.reopen(storage), ada, tokens);
      },
    },
    {
      title: 'replaces the whole set with each save',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 1, { id_token: 'id', extra: 'old' }), expecting(0));
        const next = tokensOf(ada, 2);
        await storage.save(ada, next, expecting(1));
        await assertHolds(storage, ada, next);
      },
    },
    {
      title: 'shows a save to whoever opens the place later',
      body: async (storage) => {
        await storage.save(ada, tokensOf(ada, 1), expecting(0));
        await assertHolds(await fixture.reopen(storage), ada, tokensOf(ada, 1));
      },
    },
    {
      title: 'shows a save and a deletion to whoever opened the place before',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        await assertHolds(other, ada, undefined);
        await storage.save(ada, tokensOf(ada, 1), expecting(0));
        await assertHolds(other, ada, tokensOf(ada, 1));
        await storage.delete(ada, expecting(1));
        await assertHolds(other, ada, undefined);
      },
    },
    {
      title: 'never shows half of a save to a reader',
      body: async (storage) => {
        const reader = await fixture.reopen(storage);
        const filler = (letter: string) => ({
          access_token: letter.repeat(20_000),
          refresh_token: letter.repeat(20_000),
        });
        await storage.save(ada, tokensOf(ada, 1, filler('a')), expecting(undefined));
        const saving = async (): Promise<void> => {
          for (let n = 2; n < 12; n++) {
            await storage.save(ada, tokensOf(ada, n, filler('abc'[n % 3] ?? 'd')), expecting(n - 1));
          }
        };
        const reading = async (): Promise<void> => {
          for (let n = 0; n < 30; n++) {
            const tokens = await reader.load(ada);
            assert.equal(tokens?.refreshToken, tokens?.accessToken);
            assert.equal(tokens?.refreshToken?.length, 20_000);
          }
        };
        await Promise.all([saving(), reading()]);
      },
    },
    {
      title: 'has one id for one place',
      body: async (storage) => assert.equal((await fixture.reopen(storage)).id, storage.id),
    },
  ];
  return [...cases, fixture.manyKeys === false ? refusesOthers() : keepsKeysApart()];
}

function keepsKeysApart<S extends TokenStorage>(): StorageCase<S> {
  return {
    title: 'keeps awkward keys apart',
    body: async (storage) => {
      for (const [n, key] of awkwardKeys.entries()) await storage.save(key, tokensOf(key, n + 1), expecting(0));
      for (const [n, key] of awkwardKeys.entries()) await assertHolds(storage, key, tokensOf(key, n + 1));
      await storage.delete('a', expecting(undefined));
      await assertHolds(storage, 'A', tokensOf('A', awkwardKeys.indexOf('A') + 1));
      await assertHolds(storage, 'a:b', tokensOf('a:b', awkwardKeys.indexOf('a:b') + 1));
    },
  };
}

function refusesOthers<S extends TokenStorage>(): StorageCase<S> {
  return {
    title: 'refuses the record of another credential, until a login overwrites it',
    body: async (storage) => {
      await storage.save(ada, tokensOf(ada, 1), expecting(0));
      await assertRejects(storage.load('bob'), 'CREDENTIAL_MISMATCH');
      await assertHolds(storage, ada, tokensOf(ada, 1));
      await storage.save('bob', tokensOf('bob', 2), expecting(undefined));
      await assertHolds(storage, 'bob', tokensOf('bob', 2));
    },
  };
}
