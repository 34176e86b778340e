import { describe, expect, test } from '@jest/globals';
import {
  encryption,
  KeyvTokenStorage,
  openRecord,
  readLogin,
  RefreshTokenFlow,
  sealRecord,
  StorageUnavailableError,
  TokenSet,
} from '@latchkey/core';
import Keyv from 'keyv';
import { GrantScene } from '../scenes/grant-scene.js';

const tokens = TokenSet.from({ access_token: 'secret', expires_in: 60, scope: 'mail' }).withStamp({ key: 'ada' });
const codec = encryption([{ id: 'k', secret: new Uint8Array(32).fill(1) }]);
const nothing = { account: undefined, kind: undefined, scope: undefined, expiresAt: undefined };

describe('a codec that fails, as its key service does not answer', () => {
  const failing = { seal: codec.seal, open: () => Promise.reject(new Error('ETIMEDOUT')) };
  const outage = { constructor: StorageUnavailableError, code: 'STORAGE_UNAVAILABLE', retryable: true };

  test('is an outage, and no record that a login may overwrite', async () => {
    const sealed = await sealRecord(tokens, 'ada', codec);
    await expect(openRecord(sealed, 'ada', failing)).rejects.toMatchObject(outage);
    await expect(readLogin(sealed, 'ada', failing)).rejects.toMatchObject(outage);
  });

  test('costs no login: what is stored stays, and is read once it answers', async () => {
    await using scene = await GrantScene.start();
    const store = new Map<string, unknown>();
    let isDown = false;
    const storage = new KeyvTokenStorage(new Keyv({ store }), {
      lock: 'process',
      id: 'with a key service',
      codec: { seal: codec.seal, open: (...of) => (isDown ? failing.open() : codec.open(...of)) },
    });
    const flow = new RefreshTokenFlow({ ...scene.options(), storage, refreshToken: await scene.refreshToken() });
    await flow.getAccessTokenRefreshIfNecessary();
    const before = [...store.values()];
    await scene.expire();
    isDown = true;
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject(outage);
    expect([...store.values()]).toEqual(before);
    isDown = false;
    expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    scene.server.ledger.assertNoReuse();
  });
});

describe('readLogin', () => {
  test('reads whose a record is from itself, where the place does not say', async () => {
    expect(await readLogin(JSON.stringify(tokens), undefined)).toMatchObject({ key: 'ada', scope: 'mail' });
    expect(await readLogin(await sealRecord(tokens, 'ada', codec), undefined, codec)).toMatchObject({ scope: 'mail' });
    expect(await readLogin('{"access_token":"secret"}', undefined)).toEqual({ key: undefined, ...nothing });
    expect(await readLogin('{"access_token":"secret"}', 'ada')).toEqual({ key: 'ada', ...nothing });
  });

  test('is nobody where the place names another than the record, sealed or not', async () => {
    const sealed = await sealRecord(tokens, 'ada', codec);
    for (const stored of [JSON.stringify(tokens), sealed]) expect(await readLogin(stored, 'grace')).toBeUndefined();
    expect(await readLogin(sealed, 'grace', codec)).toBeUndefined();
    expect(await readLogin(sealed, 'ada')).toEqual({ key: 'ada', ...nothing });
  });

  test('counts a lifetime from when the record was written', async () => {
    const response = { access_token: 'secret', expires_in: 60, latchkey: { key: 'ada' } };
    expect(await readLogin(response, undefined, undefined, 0)).toMatchObject({ expiresAt: new Date(60_000) });
  });
});
