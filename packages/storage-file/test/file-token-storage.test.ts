import { describe, expect, test } from '@jest/globals';
import {
  CredentialMismatchError,
  LockLostError,
  type RecordCodec,
  StorageConflictError,
  StorageUnavailableError,
  TokenSet,
} from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { leftovers, makeFolder, modeOf } from './folder.js';
import { errorOf, expecting, held, key, overwriting, someTokens, waiting } from './some.js';

describe('FileTokenStorage', () => {
  test('creates the file 0600 and each missing folder 0700, whatever the umask', async () => {
    for (const umask of [0o000, 0o077, 0o377]) {
      const folder = makeFolder();
      const file = join(folder, 'a', 'b', 'tokens.json');
      const storage = new FileTokenStorage(file);
      const before = process.umask(umask);
      try {
        await storage.withLock(key, (lock) => storage.save(key, someTokens(1), { ...overwriting, lock }), waiting(5));
      } finally {
        process.umask(before);
      }
      const modes = [join(folder, 'a'), join(folder, 'a', 'b'), file, `${file}.lock`].map(modeOf);
      expect(modes).toEqual(['700', '700', '600', '600']);
    }
  });

  test('touches nothing until it is used', () => {
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'new', 'tokens.json'), { locking: 'lockfile' });
    expect(storage.id).toBe(join(folder, 'new', 'tokens.json'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('writes the record in the names of OAuth, with key and generation, and nothing else beside the lock', async () => {
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    const tokens = TokenSet.from({ access_token: 'at', expires_at: 9, other: 1 }).withStamp({ generation: 4 });
    await storage.withLock(key, (lock) => storage.save(key, tokens, { ...overwriting, lock }), waiting(5));
    expect(JSON.parse(readFileSync(storage.id, 'utf8'))).toEqual({
      access_token: 'at',
      expires_at: 9,
      other: 1,
      latchkey: { version: 1, key, generation: 4 },
    });
    expect(readdirSync(folder).sort()).toEqual(['tokens.json', 'tokens.json.lock']);
  });

  test('means sso_tokens.json by a folder that exists, or by a path that ends in a separator', () => {
    const folder = makeFolder();
    expect(new FileTokenStorage(folder).id).toBe(join(folder, 'sso_tokens.json'));
    expect(new FileTokenStorage(`${folder}/later/`).id).toBe(join(folder, 'later', 'sso_tokens.json'));
    expect(new FileTokenStorage(`${folder}/later`).id).toBe(join(folder, 'later'));
  });

  test('has one id for all spellings of a place, also before it exists', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const spellings = ['real/x/t.json', 'link/x/t.json', 'link/../link/./x/t.json', 'link//x/t.json'];
    const storages = spellings.map((spelling) => new FileTokenStorage(`${folder}/${spelling}`));
    expect(new Set(storages.map(({ id }) => id))).toEqual(new Set([join(folder, 'real/x/t.json')]));
    await storages[1]?.save(key, someTokens(1), overwriting);
    expect((await storages[0]?.load(key))?.generation).toBe(1);
    const folders = ['real/x', 'link/x/', 'link/x'].map((spelling) => `${folder}/${spelling}`);
    expect(new Set(folders.map((path) => new FileTokenStorage(path, { perKey: true }).id)).size).toBe(1);
  });

  test('stays in its place when the working directory changes', () => {
    const before = process.cwd();
    const storage = new FileTokenStorage('tokens.json');
    process.chdir(makeFolder());
    try {
      expect(storage.id).toBe(join(before, 'tokens.json'));
    } finally {
      process.chdir(before);
    }
  });

  test('keeps one private file per credential with perKey, each with its own lock', async () => {
    const folder = join(makeFolder(), 'tokens');
    const storage = new FileTokenStorage(folder, { perKey: true });
    await storage.withLock('ada', () => storage.withLock('bob', async () => undefined, waiting(1)), waiting(1));
    for (const name of ['ada', '../bob', 'b/o/b']) await storage.save(name, someTokens(1, name), overwriting);
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files).toHaveLength(3);
    expect(files.every((name) => /^[0-9a-f]{64}\.json$/.test(name) && modeOf(join(folder, name)) === '600')).toBe(true);
    await storage.delete('../bob', overwriting);
    expect((await storage.load('ada'))?.stamp?.key).toBe('ada');
    expect(await storage.load('../bob')).toBeUndefined();
  });

  test('takes a record without a key for its own, and stamps it', async () => {
    const storage = new FileTokenStorage(makeFolder());
    writeFileSync(storage.id, '{"access_token":"at","refresh_token":"rt","expires_at":5}', { mode: 0o600 });
    const loaded = await storage.load(key);
    expect(loaded?.stamp).toEqual({ version: 1, key });
    expect(loaded?.generation).toBeUndefined();
    await storage.save(key, someTokens(7), expecting(0));
    expect((await storage.load(key))?.generation).toBe(7);
  });

  test('counts the lifetime in a bare token response from when the file was written', async () => {
    const storage = new FileTokenStorage(makeFolder());
    writeFileSync(storage.id, '{"access_token":"at","expires_in":3600}', { mode: 0o600 });
    utimesSync(storage.id, 1_700_000_000, 1_700_000_000);
    expect((await storage.load(key))?.expiresAt).toEqual(new Date(1_700_003_600_000));
  });

  test.each([false, true])(
    'refuses the record of another credential, naming the file only (perKey: %s)',
    async (perKey) => {
      const storage = new FileTokenStorage(makeFolder(), { perKey });
      await storage.save(key, someTokens(1), overwriting);
      const file = perKey ? join(storage.id, readdirSync(storage.id)[0] ?? '') : storage.id;
      writeFileSync(file, readFileSync(file, 'utf8').replace(key, 'eve'));
      const error = await errorOf(storage.load(key));
      expect(error).toBeInstanceOf(CredentialMismatchError);
      expect(error.message).toContain(file);
      expect(inspect(error)).not.toMatch(/at-1|rt-1|eve/);
      for (const expected of [0, 1]) {
        await expect(storage.save(key, someTokens(2), expecting(expected))).rejects.toBeInstanceOf(
          StorageConflictError,
        );
        await expect(storage.delete(key, expecting(expected))).rejects.toBeInstanceOf(StorageConflictError);
      }
      await storage.delete(key, overwriting);
      expect(readFileSync(file, 'utf8')).toContain('eve');
      await storage.save(key, someTokens(2), overwriting);
      expect((await storage.load(key))?.generation).toBe(2);
    },
  );

  test('neither saves nor deletes once the lock is lost', async () => {
    const storage = new FileTokenStorage(makeFolder());
    await storage.save(key, someTokens(1), overwriting);
    const lost = { ...overwriting, lock: { signal: AbortSignal.abort() } };
    await expect(storage.save(key, someTokens(2), lost)).rejects.toBeInstanceOf(LockLostError);
    await expect(storage.delete(key, lost)).rejects.toBeInstanceOf(LockLostError);
    expect((await storage.load(key))?.generation).toBe(1);
  });

  test('does not save when the lock is lost while the record is sealed', async () => {
    const path = join(makeFolder(), 'tokens.json');
    await new FileTokenStorage(path).save(key, someTokens(1), overwriting);
    const losing = new AbortController();
    const codec: RecordCodec = {
      open: async (text) => text,
      async seal(text) {
        losing.abort();
        return text;
      },
    };
    const save = new FileTokenStorage(path, { codec }).save(key, someTokens(2), { ...overwriting, lock: losing });
    await expect(save).rejects.toBeInstanceOf(LockLostError);
    expect((await new FileTokenStorage(path).load(key))?.generation).toBe(1);
  });

  test('does not save when the lock is lost while the disk takes its time', async () => {
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    await storage.save(key, someTokens(1), overwriting);
    const signals = [new AbortController().signal, AbortSignal.abort()];
    const lock = {
      get signal(): AbortSignal {
        return (signals.length > 1 ? signals.shift() : signals[0]) ?? AbortSignal.abort();
      },
    };
    await expect(storage.save(key, someTokens(2), { ...overwriting, lock })).rejects.toBeInstanceOf(LockLostError);
    expect((await storage.load(key))?.generation).toBe(1);
    expect(leftovers(folder)).toEqual([]);
  });

  test('passes the result and the error of a task through unchanged, and frees the lock', async () => {
    const storage = new FileTokenStorage(makeFolder());
    const failure = Object.assign(new Error('mine'), { code: 'ENOSPC' });
    expect(await errorOf(storage.withLock(key, () => Promise.reject(failure), waiting(1)))).toBe(failure);
    expect(await storage.withLock(key, async () => 'free', waiting(1))).toBe('free');
    expect(leftovers(join(storage.id, '..'))).toEqual([]);
  });

  test('refuses to save what it would not read', async () => {
    const storage = new FileTokenStorage(makeFolder());
    const tokens = TokenSet.from({ access_token: 'a'.repeat(1_100_000) });
    await expect(storage.save(key, tokens, overwriting)).rejects.toBeInstanceOf(StorageUnavailableError);
    expect(readdirSync(join(storage.id, '..'))).toEqual([]);
  });

  test('shows nothing of its records when printed', async () => {
    const storage = new FileTokenStorage(makeFolder());
    await storage.save(key, someTokens(1), { ...overwriting, lock: held });
    expect(inspect(storage, { depth: 9, showHidden: true })).not.toContain('rt-1');
  });

  test('refuses a path or a kind of locking that means nothing', () => {
    expect(() => new FileTokenStorage('')).toThrow(TypeError);
    expect(() => new FileTokenStorage('a\0b')).toThrow(TypeError);
    expect(() => new FileTokenStorage('a', { locking: 'flock' as 'kernel' })).toThrow(TypeError);
    for (const codec of [[{ id: 'k', secret: 's' }], 'key', { seal: () => 'sealed' }] as never[]) {
      expect(() => new FileTokenStorage('a', { codec })).toThrow(/give encryption\(keys\)/);
    }
  });
});
