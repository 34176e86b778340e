import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { DeviceCodeFlow, encryption, StorageConflictError } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { makeFolder } from './folder.js';
import { errorOf, expecting, key, overwriting, someTokens } from './some.js';

const codec = encryption([{ id: 'k1', secret: randomBytes(32) }]);

for (const perKey of [false, true]) {
  describeTokenStorage(
    `an encrypted FileTokenStorage, perKey ${perKey}`,
    { describe, test },
    {
      create: async () =>
        new FileTokenStorage(join(makeFolder(), perKey ? 'folder' : 'tokens.json'), { perKey, codec }),
      reopen: async (storage) => new FileTokenStorage(storage.id, { perKey, codec }),
      dispose: async () => undefined,
      manyKeys: perKey,
    },
  );
}

describe('an encrypted token file', () => {
  test('holds no token in the clear, but its credential and generation', async () => {
    const path = join(makeFolder(), 'tokens.json');
    await new FileTokenStorage(path, { codec }).save(key, someTokens(7), overwriting);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/at-7|rt-7/);
    expect(JSON.parse(text)).toMatchObject({ latchkey: { key, generation: 7, key_id: 'k1' } });
  });

  test('under another key is a typed error, stays where it is, and is replaced by a login', async () => {
    const path = join(makeFolder(), 'tokens.json');
    await new FileTokenStorage(path, { codec }).save(key, someTokens(7), overwriting);
    const other = new FileTokenStorage(path, { codec: encryption([{ id: 'k2', secret: randomBytes(32) }]) });
    expect(await errorOf(other.load(key))).toMatchObject({ code: 'ENCRYPTION_KEY_UNKNOWN', retryable: false });
    expect(readFileSync(path, 'utf8')).toContain('"key_id":"k1"');
    await other.save(key, someTokens(8), overwriting);
    expect((await other.load(key))?.generation).toBe(8);
  });

  test('under another key is deleted by who expects nothing in particular, not by who expects a generation', async () => {
    const folder = makeFolder();
    const path = join(folder, 'tokens.json');
    await new FileTokenStorage(path, { codec }).save(key, someTokens(7), overwriting);
    const other = new FileTokenStorage(path, { codec: encryption([{ id: 'k2', secret: randomBytes(32) }]) });
    for (const expected of [0, 7]) {
      expect(await errorOf(other.delete(key, expecting(expected)))).toBeInstanceOf(StorageConflictError);
      expect(await errorOf(other.save(key, someTokens(8), expecting(expected)))).toBeInstanceOf(StorageConflictError);
    }
    expect(existsSync(path)).toBe(true);
    await other.delete(key, overwriting);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of another credential is not deleted', async () => {
    const storage = new FileTokenStorage(join(makeFolder(), 'tokens.json'), { codec });
    await storage.save('bob', someTokens(7, 'bob'), overwriting);
    await storage.delete(key, overwriting);
    expect((await storage.load('bob'))?.generation).toBe(7);
  });

  test('under another key is deleted by a logout, but not the file of another credential', async () => {
    const path = join(makeFolder(), 'tokens.json');
    const flowOf = (account: string, id: string): DeviceCodeFlow =>
      new DeviceCodeFlow({
        server: { tokenEndpoint: 'https://login.example.org/token' },
        clientId: 'cli',
        account,
        promptUser: () => undefined,
        storage: new FileTokenStorage(path, { codec: encryption([{ id, secret: randomBytes(32) }]) }),
      });
    await flowOf('ada', 'k1').importTokens({ access_token: 'x' });
    await flowOf('bob', 'k2').logout();
    expect(existsSync(path)).toBe(true);
    await flowOf('ada', 'k2').logout();
    expect(existsSync(path)).toBe(false);
  });

  test('that was cut short is moved aside when torn, and said to be truncated when it still parses', async () => {
    const path = join(makeFolder(), 'tokens.json');
    const storage = new FileTokenStorage(path, { codec });
    await storage.save(key, someTokens(7), overwriting);
    const text = readFileSync(path, 'utf8');
    const envelope = JSON.parse(text) as { sealed: string };
    writeFileSync(path, JSON.stringify({ ...envelope, sealed: envelope.sealed.slice(0, 20) }));
    expect(await errorOf(storage.load(key))).toMatchObject({ code: 'RECORD_TRUNCATED' });
    writeFileSync(path, text.slice(0, 60));
    expect(await storage.load(key)).toBeUndefined();
  });
});
