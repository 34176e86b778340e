import assert from 'node:assert/strict';
import type { HeldLock } from '../../storage/lock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { RecordStamp } from '../../tokens/token-record.js';
import { TokenSet } from '../../tokens/token-set.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, assertHolds, expecting, type StorageCase, tokensOf } from './storage-case.js';

/** All that flows note beside tokens, which is theirs to read. */
const fullStamp: RecordStamp = {
  version: 1,
  key: ada,
  kind: 'login',
  account: 'ada',
  generation: 1,
  requested_scope: 'openid profil mail',
  bootstrap: 'ab'.repeat(32),
  login: 'one of many',
  unanswered: { times: 2, since: 1_734_714_181_123, until: 1_734_714_183_123 },
  suspected: { times: 1, since: 1_734_714_181_123, until: 1_734_714_182_123, error: 'odd', description: 'why not' },
  suspected_before: 'odd',
  refused: true,
};

/** What is stored comes back, whole, to everybody. */
export function recordCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  return [
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
        }).withStamp(fullStamp);
        await storage.save(ada, tokens, expecting(0));
        await assertHolds(storage, ada, tokens);
        await assertHolds(await fixture.reopen(storage), ada, tokens);
      },
    },
    ...recordsOfFlows(fixture.manyKeys !== false).map(([what, tokens]) => keeps(fixture, what, tokens)),
    {
      title: 'keeps what was saved under the lock: for others at once, and though the task fails then',
      body: async (storage) => {
        const other = await fixture.reopen(storage);
        const failure = new Error('the rest of the answer was not what it should be');
        let seen: TokenSet | undefined;
        const saveAndFail = async (lock: HeldLock): Promise<never> => {
          await storage.save(ada, tokensOf(ada, 1), { ...expecting(0), lock });
          seen = await other.load(ada);
          throw failure;
        };
        const signal = new AbortController().signal;
        const locked = storage.withLock(ada, saveAndFail, { signal, timeout: 20 });
        assert.equal(await locked.catch((error: unknown) => error), failure);
        const question = 'Is a save part of a transaction that ends with the lock?';
        assert.equal(seen?.generation, 1, `a save was over, and others did not find it. ${question}`);
        const left = (await other.load(ada))?.generation;
        assert.equal(left, 1, `a save was undone, since its task failed after it. ${question}`);
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
}

const unread = {
  purpose: 'refresh_token',
  sent_at: 1_734_714_181_123,
  status: 200,
  headers: { 'content-type': 'text/html' },
  text: '<p>',
};

/** What flows store beside a login with both tokens. */
function recordsOfFlows(hasManyKeys: boolean): (readonly [what: string, tokens: TokenSet])[] {
  const client = { registered_client: { issuer: 'https://login.example', client_id: 'c' } };
  const bound = { access_token: 'a', refresh_token: 'r', refresh_expires_at: 1_734_742_981, dpop_key: { kty: 'EC' } };
  return [
    // It has not ended: that of a program may be forgotten then.
    ['an access token alone, as of a program', TokenSet.from({ access_token: 'a', expires_at: 4_102_444_800 })],
    ['a refresh token alone, as one that was given', TokenSet.from({ refresh_token: 'r' })],
    ['tokens with their key, and an answer that nobody could read', TokenSet.from(bound).withUnread(unread)],
    ...(hasManyKeys ? [['a registered client, and no token', TokenSet.from(client)] as const] : []),
  ];
}

function keeps<S extends TokenStorage>(
  fixture: TokenStorageFixture<S>,
  what: string,
  tokens: TokenSet,
): StorageCase<S> {
  return {
    title: `keeps ${what}`,
    body: async (storage) => {
      const stamped = tokens.withStamp({ ...tokens.stamp, key: ada, generation: 1 });
      await storage.save(ada, stamped, expecting(0));
      await assertHolds(await fixture.reopen(storage), ada, stamped);
    },
  };
}
