import assert from 'node:assert/strict';
import type { StoredLogin } from '../../storage/stored-login.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada, expecting, type StorageCase, tokensOf } from './storage-case.js';

const bob = 'client_id=client&account=bob';

/** Who is logged in can be told, where a storage has `list`. */
export function listCases<S extends TokenStorage>(fixture: TokenStorageFixture<S>): StorageCase<S>[] {
  const cases: StorageCase<S>[] = [
    {
      title: 'lists a login by its account, key, scope and expiry, and no secret',
      body: async (storage) => {
        if (!(await canList(storage))) return;
        assert.deepEqual(await listed(storage), []);
        const tokens = tokensOf(ada, 1, { scope: 'read', expires_at: 1_900_000_000 });
        const stamp = { key: ada, kind: 'login', account: 'ada', generation: 1 };
        await storage.save(ada, tokens.withStamp(stamp), expecting(0));
        const expiresAt = new Date(1_900_000_000_000);
        const expected = { key: ada, account: 'ada', kind: 'login', scope: 'read', expiresAt };
        assert.deepEqual(await listed(storage), [expected]);
        assert.deepEqual(await listed(await fixture.reopen(storage)), [expected]);
        await storage.delete(ada, expecting(1));
        assert.deepEqual(await listed(storage), []);
      },
    },
  ];
  if (fixture.manyKeys === false) return cases;
  return [
    ...cases,
    {
      title: 'lists each login once, and no registered client',
      body: async (storage) => {
        if (!(await canList(storage))) return;
        for (const key of [ada, bob]) {
          await storage.save(key, tokensOf(key, 1), expecting(0));
          await storage.save(key, tokensOf(key, 2), expecting(1));
        }
        await storage.save('client https://login.example', tokensOf('client https://login.example', 1), expecting(0));
        const found = await listed(storage);
        assert.deepEqual(found.map(({ key }) => key).sort(), [bob, ada].sort());
        assert.equal(found.find(({ key }) => key === bob)?.account, 'bob');
      },
    },
  ];
}

async function listed(storage: TokenStorage): Promise<StoredLogin[]> {
  const found: StoredLogin[] = [];
  for await (const login of storage.list?.() ?? []) found.push(login);
  return found;
}

/** A storage may have no such method, or say by a TypeError that its place cannot be searched. */
async function canList(storage: TokenStorage): Promise<boolean> {
  try {
    return storage.list !== undefined && Array.isArray(await listed(storage));
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
