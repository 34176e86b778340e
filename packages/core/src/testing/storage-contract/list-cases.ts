import assert from 'node:assert/strict';
import { encryption } from '../../storage/encryption.js';
import type { RecordCodec } from '../../storage/record-codec.js';
import { clientKey, type StoredLogin } from '../../storage/stored-login.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import { TokenSet } from '../../tokens/token-set.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, assertRejects, expecting, type StorageCase, tokensOf } from './storage-case.js';

const expiry = 1_734_742_981;
const keys = [ada, 'bob', 'a:b', '{a}', '{=}a{b}', '*', 'ü', '../up', 'k'.repeat(300)];

/** Who is logged in is told, without what is secret. Of storages that cannot tell nothing is asked. */
export function listCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  const some = fixture.manyKeys === false ? [ada] : keys;
  const cases: StorageCase<S>[] = [
    {
      title: 'lists a login by its account, key, scope and expiry, and no secret',
      body: async (storage) => {
        if (!(await canList(storage))) return;
        assert.deepEqual(await listed(storage), []);
        for (const key of some) await storage.save(key, loginOf(key), expecting(0));
        const logins = await listed(await fixture.reopen(storage));
        assert.deepEqual(logins, some.map(described).sort(byKey));
        assert.doesNotMatch(JSON.stringify(logins), /secret/);
      },
    },
    {
      title: 'lists each login once, while its lock is held too, and none that was deleted',
      body: async (storage) => {
        if (!(await canList(storage))) return;
        for (const generation of [1, 2]) await storage.save(ada, tokensOf(ada, generation), expecting(generation - 1));
        const look = async (): Promise<void> => assert.deepEqual(await keysListed(storage), [ada]);
        await storage.withLock(ada, look, { signal: new AbortController().signal, timeout: 5 });
        await storage.delete(ada, expecting(2));
        assert.deepEqual(await listed(storage), []);
      },
    },
    {
      title: 'leaves out the clients that servers registered',
      body: async (storage) => {
        if (!(await canList(storage))) return;
        const key = clientKey('https://login.example');
        await storage.save(key, tokensOf(key, 1), expecting(0));
        assert.deepEqual(await listed(storage), []);
      },
    },
  ];
  if (fixture.reopenWith) {
    cases.push(listsSealed(async (storage, codec) => (await fixture.reopenWith?.(storage, codec)) ?? storage));
  }
  if (fixture.breakIt) {
    cases.push({
      title: 'reports an outage on listing, never "nobody is logged in"',
      body: async (storage) => {
        if (!(await canList(storage))) return;
        await storage.save(ada, loginOf(ada), expecting(0));
        await fixture.breakIt?.(storage);
        await assertRejects(listed(storage), 'STORAGE_UNAVAILABLE');
      },
    });
  }
  return cases;
}

function listsSealed<S extends TokenStorage>(
  open: (storage: S, codec: RecordCodec | undefined) => Promise<S>,
): StorageCase<S> {
  return {
    title: 'lists what is sealed in full to who has the key, and by its name alone to others',
    body: async (storage) => {
      if (!(await canList(storage))) return;
      const codec = encryption([{ id: 'k', secret: crypto.getRandomValues(new Uint8Array(32)) }]);
      const sealing = await open(storage, codec);
      await sealing.save(ada, loginOf(ada), expecting(undefined));
      assert.deepEqual(await listed(sealing), [described(ada)]);
      const nameAlone = { key: ada, account: 'ada', kind: undefined, scope: undefined, expiresAt: undefined };
      assert.deepEqual(await listed(await open(storage, undefined)), [nameAlone]);
    },
  };
}

/** A storage may have no `list`, or say by a TypeError that its place "cannot be listed"; any other is a mistake. */
export async function canList(storage: TokenStorage): Promise<boolean> {
  try {
    return storage.list !== undefined && Array.isArray(await listed(storage));
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'TypeError' && message.includes('cannot be listed')) return false;
    throw error;
  }
}

async function keysListed(storage: TokenStorage): Promise<(string | undefined)[]> {
  return (await listed(storage)).map(({ key }) => key);
}

/** Who is logged in, by their keys. */
export async function listed(storage: TokenStorage): Promise<StoredLogin[]> {
  const logins: StoredLogin[] = [];
  for await (const login of storage.list?.() ?? []) logins.push(login);
  return logins.sort(byKey);
}

function byKey(one: StoredLogin, other: StoredLogin): number {
  return (one.key ?? '') < (other.key ?? '') ? -1 : 1;
}

const accountOf = (key: string): string => `account of ${key}`;

function loginOf(key: string): TokenSet {
  const secrets = { access_token: 'secret', refresh_token: 'secret', id_token: 'secret', dpop_key: { d: 'secret' } };
  const tokens = TokenSet.from({ ...secrets, scope: 'openid mail', expires_at: expiry });
  return tokens.withStamp({ key, generation: 1, kind: 'login', account: accountOf(key) });
}

function described(key: string): StoredLogin {
  const expiresAt = new Date(expiry * 1000);
  return { key, account: accountOf(key), kind: 'login', scope: 'openid mail', expiresAt };
}
