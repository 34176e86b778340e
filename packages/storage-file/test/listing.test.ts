import { describe, expect, jest, test } from '@jest/globals';
import { encryption, type RecordCodec, type StoredLogin, TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './folder.js';
import { errorOf, overwriting, waiting } from './some.js';

const loginOf = (key: string): TokenSet =>
  TokenSet.from({ access_token: 'at', refresh_token: 'rt' }).withStamp({ key, generation: 1, account: key });

async function accounts(storage: FileTokenStorage): Promise<(string | undefined)[]> {
  const logins: StoredLogin[] = [];
  for await (const login of storage.list()) logins.push(login);
  return logins.map(({ account }) => account).sort();
}

const nameOf = (key: string): string => `${createHash('sha256').update(key).digest('hex')}.json`;

async function folderOf(keys: readonly string[], codec?: RecordCodec): Promise<FileTokenStorage> {
  const storage = new FileTokenStorage(join(makeFolder(), 'tokens'), { perKey: true, codec });
  for (const key of keys) await storage.save(key, loginOf(key), overwriting);
  return storage;
}

describe('The list of a folder with a file for each credential', () => {
  test('is empty where there is no folder yet', async () => {
    expect(await accounts(await folderOf([]))).toEqual([]);
  });

  test.each(['kernel', 'lockfile'] as const)(
    'passes over what else stands there, with the locking %s',
    async (locking) => {
      const storage = new FileTokenStorage((await folderOf(['ada', 'grace'])).id, { perKey: true, locking });
      const at = (name: string): string => join(storage.id, name);
      const write = (name: string, text: string): void => writeFileSync(at(name), text, { mode: 0o600 });
      write(nameOf('torn'), JSON.stringify(loginOf('torn')).slice(0, -9));
      write(nameOf('empty'), '');
      write(nameOf('list'), '[1]');
      write(nameOf('huge'), JSON.stringify({ ...loginOf('huge').toJSON(), access_token: 'a'.repeat(1_100_000) }));
      write('notes.json', JSON.stringify(loginOf('notes')));
      write(`${nameOf('ada')}.12345678.1.0123456789abcdef.tmp`, JSON.stringify(loginOf('half')));
      write(`${nameOf('ada')}.corrupt-20260101T000000000Z-0123456789abcdef`, JSON.stringify(loginOf('old')));
      copyFileSync(at(nameOf('ada')), at(nameOf('copied')));
      mkdirSync(at(nameOf('folder')));
      write('elsewhere', JSON.stringify(loginOf('linked')));
      symlinkSync(at('elsewhere'), at(nameOf('linked')));
      await storage.withLock('ada', async () => expect(await accounts(storage)).toEqual(['ada', 'grace']), waiting(10));
      expect(readdirSync(storage.id)).toContain(`${nameOf('ada')}.lock`);
    },
  );

  test('is an outage where a record of it may not be read', async () => {
    const storage = await folderOf(['ada', 'grace']);
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    if (process.getuid?.() === 0) {
      const { chownSync } = await import('node:fs');
      chownSync(join(storage.id, nameOf('ada')), 12_345, 12_345);
    } else chmodSync(join(storage.id, nameOf('ada')), 0o200);
    expect(await errorOf(accounts(storage))).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false });
    emitted.mockRestore();
  });

  test('opens what is sealed, and leaves out what a codec of its own has made unreadable', async () => {
    const sealing = encryption([{ id: 'k', secret: randomBytes(32) }]);
    expect(await accounts(await folderOf(['ada', 'grace'], sealing))).toEqual(['ada', 'grace']);
    const reversed: RecordCodec = {
      seal: async (record) => [...record].reverse().join(''),
      open: async (text) => [...text].reverse().join(''),
    };
    expect(await accounts(await folderOf(['ada'], reversed))).toEqual([]);
  });
});
