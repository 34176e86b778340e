import { describe, expect, jest, test } from '@jest/globals';
import { DeviceCodeFlow, type HeldLock, StorageUnavailableError } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { fileLock, type FilePlace, FileTokenStorage } from '@latchkey/storage-file';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './folder.js';
import { errorOf, key, overwriting, someTokens, waiting } from './some.js';

const asPlaces = (path: string): (string | FilePlace)[] => [path, { file: path }, { folder: path }];

describe('A path that only a shell understands', () => {
  const paths = ['~', '~/', '~/tokens.json', '~\\tokens.json'];
  test.each(paths.flatMap(asPlaces))('%j is a TypeError that names os.homedir()', (place) => {
    for (const make of [() => new FileTokenStorage(place), () => fileLock(place)]) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/os\.homedir\(\)/);
    }
  });

  test('~x is a name like any other', () => {
    expect(() => new FileTokenStorage('~x')).not.toThrow();
  });
});

describe('A place said by name', () => {
  test('is the file or the folder, of one id with the bare path', () => {
    const folder = makeFolder();
    expect(new FileTokenStorage({ file: join(folder, 'a') }).id).toBe(join(folder, 'a'));
    expect(new FileTokenStorage({ folder: join(folder, 'a') }).id).toBe(join(folder, 'a', 'sso_tokens.json'));
    expect(new FileTokenStorage({ folder: join(folder, 'a') }).id).toBe(new FileTokenStorage(join(folder, 'a/')).id);
    expect(new FileTokenStorage({ folder }, { perKey: true }).id).toBe(folder);
  });

  test('excludes others by one lock, however it is written', async () => {
    const folder = makeFolder();
    const lock = fileLock({ folder });
    await lock.withLock(
      key,
      async () => {
        const storage = new FileTokenStorage({ file: join(folder, 'sso_tokens.json') });
        const error = await errorOf(storage.withLock(key, async () => 'both', waiting(0.1)));
        expect(error).toMatchObject({ code: 'LOCK_TIMEOUT' });
      },
      waiting(5),
    );
  });

  test.each<[string, unknown, object, RegExp]>([
    ['a file that ends as a folder', { file: './tokens/' }, {}, /file ends in '\/'.*give it as folder/],
    ['a file and perKey', { file: './tokens.json' }, { perKey: true }, /perKey needs a folder/],
    ['both', { file: './tokens.json', folder: '.' }, {}, /file and folder are given/],
    ['neither', {}, {}, /non-empty string/],
    ['nothing', undefined, {}, /non-empty string/],
    ['an empty folder', { folder: '' }, {}, /non-empty string/],
  ])('is refused at construction: %s', (_name, place, options, message) => {
    const make = (): unknown => new FileTokenStorage(place as FilePlace, options);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe('What is there and is something else', () => {
  const wrong = [
    ['a folder given as a file', (path: string) => mkdirSync(path), 'file', 'is a folder', '{ folder }'],
    ['a file given as a folder', (path: string) => writeFileSync(path, '{}'), 'folder', 'below a file', '{ file }'],
  ] as const;

  test.each(wrong)('%s is told before anybody is asked to log in', async (_name, make, word, means, remedy) => {
    const path = join(makeFolder(), 'place');
    make(path);
    await using server = await FakeAuthorizationServer.start();
    const promptUser = jest.fn<() => void>();
    const storage = new FileTokenStorage({ [word]: path } as unknown as FilePlace);
    const flow = new DeviceCodeFlow({ issuer: server.issuer, clientId: 'cli', storage, promptUser });
    const error = await errorOf(flow.getAccessTokenRefreshIfNecessary({ interactive: true }));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining(means) });
    expect(error['remedy']).toContain(remedy);
    expect(promptUser).not.toHaveBeenCalled();
    expect(server.ledger.count({ endpoint: 'device_authorization' })).toBe(0);
    expect(await errorOf(storage.save(key, someTokens(1), overwriting))).toBeInstanceOf(StorageUnavailableError);
  });

  test('a bare path that cannot be looked at yet is the folder that it turns out to be', async () => {
    const mount = join(makeFolder(), 'mount');
    writeFileSync(mount, ''); // what a file system of the network that is away answers by other words
    const storage = new FileTokenStorage(join(mount, 'tokens'));
    expect(await errorOf(storage.load(key))).toBeInstanceOf(StorageUnavailableError);
    rmSync(mount);
    mkdirSync(join(mount, 'tokens'), { recursive: true });
    writeFileSync(join(mount, 'tokens', 'sso_tokens.json'), JSON.stringify(someTokens(1)), { mode: 0o600 });
    expect((await storage.load(key))?.generation).toBe(1);
    expect(storage.id).toBe(join(mount, 'tokens', 'sso_tokens.json'));
  });

  test('a bare path that ends in a separator and is a file is told so too', async () => {
    const path = join(makeFolder(), 'place');
    writeFileSync(path, '{}');
    const error = await errorOf(new FileTokenStorage(`${path}/`).load(key));
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('below a file') });
    expect(readdirSync(join(path, '..'))).toEqual(['place']);
  });
});

describe('A place whose path has a link', () => {
  test.each([
    ['a file', (link: string) => new FileTokenStorage({ file: join(link, 'a') })],
    ['a folder', (link: string) => new FileTokenStorage({ folder: link })],
    ['a bare path', (link: string) => new FileTokenStorage(link)],
    ['a folder with perKey', (link: string) => new FileTokenStorage({ folder: link }, { perKey: true })],
  ])('saves where it took the lock, though the link is led elsewhere meanwhile: %s', async (_, open) => {
    const folder = makeFolder();
    const [first, second, link] = ['first', 'second', 'link'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [first, second]) mkdirSync(path);
    symlinkSync(first, link);
    const storage = open(link);
    const save = async (lock: HeldLock): Promise<void> => {
      rmSync(link);
      symlinkSync(second, link);
      await storage.save(key, someTokens(1), { ...overwriting, lock });
    };
    await storage.withLock(key, save, waiting(1));
    expect((await storage.load(key))?.generation).toBe(1);
    expect(readdirSync(second)).toEqual([]);
    expect(await open(link).load(key)).toBeUndefined();
  });
});
