import { describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow, encryption, KeyvTokenStorage, type StoredLogin, type TokenStorage } from '@latchkey/core';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';

const options = {
  server: { tokenEndpoint: 'https://login.example/token', deviceAuthorizationEndpoint: 'https://login.example/device' },
  clientId: 'cli',
};

async function listed(storage: TokenStorage): Promise<StoredLogin[]> {
  const found: StoredLogin[] = [];
  for await (const login of storage.list?.() ?? []) found.push(login);
  return found;
}

const logIn = (storage: TokenStorage, account: string, key?: string) =>
  new DeviceCodeFlow({ ...options, storage, account, key, promptUser: () => undefined }).importTokens({
    access_token: 'secret-at',
    refresh_token: 'secret-rt',
    scope: 'read',
    expires_in: 3600,
  });

describe.each([
  [
    'Keyv 5',
    (map: Map<string, unknown>, namespace?: string) => new Keyv({ store: map, ...(namespace && { namespace }) }),
  ],
  [
    'Keyv 6',
    (map: Map<string, unknown>, namespace?: string) => new Keyv6({ store: map, ...(namespace && { namespace }) }),
  ],
])('The list of a storage over %s', (_name, open) => {
  test('names the accounts of its own namespace, whatever the key, and nothing secret', async () => {
    const map = new Map<string, unknown>();
    const storage = new KeyvTokenStorage(open(map, 'app'), { lock: 'process' });
    await logIn(storage, 'ada');
    await logIn(storage, 'bob', 'my-key');
    await logIn(new KeyvTokenStorage(open(map, 'app2'), { lock: 'process' }), 'carol');
    map.set('app:other', '{"value":"text"}');
    const found = await listed(storage);
    expect(found.map(({ account, kind, scope }) => [account, kind, scope]).sort()).toEqual([
      ['ada', 'login', 'read'],
      ['bob', 'login', 'read'],
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  test('shows of sealed records, without the key to open them, the credential and its account', async () => {
    const map = new Map<string, unknown>();
    const codec = encryption([{ id: 'k1', secret: new Uint8Array(32) }]);
    await logIn(new KeyvTokenStorage(open(map), { lock: 'process', codec }), 'ada');
    const [login, ...others] = await listed(new KeyvTokenStorage(open(map), { lock: 'process' }));
    expect(others).toEqual([]);
    expect(login).toMatchObject({ account: 'ada', kind: undefined, scope: undefined, expiresAt: undefined });
    expect(await listed(new KeyvTokenStorage(open(map), { lock: 'process', codec }))).toMatchObject([
      { scope: 'read' },
    ]);
  });

  test('is a TypeError where the store cannot be searched', async () => {
    const map = new Map<string, unknown>();
    const get = async (key: string) => map.get(key);
    const set = async (key: string, value: unknown) => void map.set(key, value);
    const remove = async (key: string) => map.delete(key);
    const store = { get, set, delete: remove, clear: async () => map.clear() };
    await expect(listed(new KeyvTokenStorage(open(store as never), { lock: 'process' }))).rejects.toThrow(TypeError);
  });
});
