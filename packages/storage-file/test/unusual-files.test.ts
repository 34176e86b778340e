import { describe, expect, jest, test } from '@jest/globals';
import { encryption, StorageConflictError, StorageUnavailableError } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { outcomeOf, start } from './child.js';
import { makeFolder, modeOf } from './folder.js';
import { errorOf, expecting, key, overwriting, someTokens, waiting } from './some.js';

const record = (generation: number): string => JSON.stringify(someTokens(generation));
const warnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

describe('FileTokenStorage, where something else stands in the place of its file,', () => {
  test.each([
    ['torn', '{"access_token":"secret-a'],
    ['empty', ''],
    ['no record', '{"hello":"secret-a"}'],
    ['a list', '[1]'],
    ['far too large', JSON.stringify({ access_token: 'a'.repeat(1_100_000) })],
  ])('takes a file for absent that is %s, and moves it aside to save, and says so', async (_, content) => {
    const emitted = warnings();
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    writeFileSync(storage.id, content, { mode: 0o600 });
    expect(await storage.load(key)).toBeUndefined();
    expect(await storage.load(key)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['tokens.json']);
    expect(readFileSync(storage.id, 'utf8')).toBe(content);
    const told = expect.objectContaining({ code: 'TOKEN_FILE_CORRUPT' });
    expect(emitted.mock.calls).toEqual([[expect.stringContaining('counts as absent'), told]]);
    await storage.save(key, someTokens(1), expecting(0));
    expect((await storage.load(key))?.generation).toBe(1);
    const [, aside, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(aside).toMatch(/^tokens\.json\.corrupt-\d{8}T\d+Z-[0-9a-f]{16}$/);
    expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toBe(content);
    expect(modeOf(join(folder, aside ?? ''))).toBe('600');
    expect(emitted.mock.calls).toEqual([expect.anything(), [expect.stringContaining('was moved to'), told]]);
    for (const [warning] of emitted.mock.calls) expect(warning).toContain(storage.id);
    expect(JSON.stringify(emitted.mock.calls)).not.toContain('secret');
    emitted.mockRestore();
  });

  test.each([undefined, encryption([{ id: '1', secret: new Uint8Array(32) }])])(
    'reads a record past the byte order mark that an editor put in front of it, sealed or not',
    async (codec) => {
      const storage = new FileTokenStorage(join(makeFolder(), 'tokens.json'), { codec });
      await storage.save(key, someTokens(1), overwriting);
      writeFileSync(storage.id, `\uFEFF${readFileSync(storage.id, 'utf8')}`);
      expect((await storage.load(key))?.refreshToken).toBe('rt-1');
      for await (const login of storage.list()) expect(login).toMatchObject({ key });
      await storage.save(key, someTokens(2), expecting(1));
      expect(readFileSync(storage.id, 'utf8')).toMatch(/^\{/);
    },
  );

  test('keeps a torn file when it saves, as an absent one', async () => {
    const emitted = warnings();
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    writeFileSync(storage.id, 'torn', { mode: 0o600 });
    await storage.save(key, someTokens(1), expecting(0));
    expect((await storage.load(key))?.generation).toBe(1);
    expect(readdirSync(folder)).toHaveLength(2);
    emitted.mockRestore();
  });

  test('saves over a file that was torn since it was loaded, and keeps that aside', async () => {
    const emitted = warnings();
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    await storage.save(key, someTokens(4), overwriting);
    const { generation = 0 } = (await storage.load(key))!;
    const torn = record(4).slice(0, 20);
    writeFileSync(storage.id, torn);
    await storage.save(key, someTokens(5), expecting(generation));
    expect((await storage.load(key))?.generation).toBe(5);
    const [aside = ''] = readdirSync(folder).filter((name) => name.includes('.corrupt-'));
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(torn);
    const told = expect.stringContaining(`It was moved to ${join(folder, aside)}, and may hold tokens still.`);
    expect(emitted.mock.calls).toEqual([[told, expect.objectContaining({ code: 'TOKEN_FILE_CORRUPT' })]]);
    emitted.mockRestore();
  });

  test('takes no absent file and no other generation for a torn one', async () => {
    const storage = new FileTokenStorage(join(makeFolder(), 'tokens.json'));
    expect(await errorOf(storage.save(key, someTokens(5), expecting(4)))).toBeInstanceOf(StorageConflictError);
    expect(await storage.load(key)).toBeUndefined();
    await storage.save(key, someTokens(6), overwriting);
    expect(await errorOf(storage.save(key, someTokens(5), expecting(4)))).toBeInstanceOf(StorageConflictError);
    expect((await storage.load(key))?.generation).toBe(6);
  });

  test('deletes a torn file whatever is expected, and keeps it aside', async () => {
    const emitted = warnings();
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    for (const expected of [undefined, 4]) {
      writeFileSync(storage.id, 'torn', { mode: 0o600 });
      await storage.delete(key, { ...overwriting, expected });
    }
    expect(readdirSync(folder).map((name) => name.includes('.corrupt-'))).toEqual([true, true]);
    emitted.mockRestore();
  });

  test('leaves a file alone that another program is just writing in place', async () => {
    const folder = makeFolder();
    const storage = new FileTokenStorage(join(folder, 'tokens.json'));
    writeFileSync(storage.id, record(3).slice(0, 20), { mode: 0o600 });
    const loading = storage.load(key);
    writeFileSync(storage.id, record(3));
    expect((await loading)?.generation).toBe(3);
    expect(readdirSync(folder)).toEqual(['tokens.json']);
  });

  test('puts a good record back that came between the look and the move', async () => {
    const folder = makeFolder();
    const path = join(folder, 'tokens.json');
    writeFileSync(path, 'torn', { mode: 0o600 });
    const good = join(makeFolder(), 'good');
    writeFileSync(good, record(8).replace(key, 'ada'), { mode: 0o600 });
    const outcome = await outcomeOf(start('meddle.mjs', [path, 'renameSync', '\\.corrupt-', path, good]));
    expect(outcome).toMatchObject({ done: true, saved: 'STORAGE_CONFLICT', generation: 8 });
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(good, 'utf8'));
  });

  test.each(['after a rename', 'at each look'])('saves over a torn one where files change numbers %s', async (when) => {
    const folder = makeFolder();
    const path = join(folder, 'tokens.json');
    writeFileSync(path, 'torn', { mode: 0o600 });
    expect(await outcomeOf(start('renumbered.mjs', [path, when]))).toEqual({ saved: 'ok', generation: 9 });
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('narrows a wider mode and warns that the tokens were exposed', async () => {
    for (const mode of [0o644, 0o640, 0o602]) {
      const emitted = warnings();
      const storage = new FileTokenStorage(makeFolder());
      writeFileSync(storage.id, record(1));
      chmodSync(storage.id, mode);
      expect((await storage.load(key))?.generation).toBe(1);
      await storage.load(key);
      expect(modeOf(storage.id)).toBe('600');
      expect(emitted.mock.calls).toHaveLength(1);
      expect(emitted.mock.calls[0]?.[0]).toMatch(new RegExp(`${storage.id} had mode 0${mode.toString(8)}.*exposed`));
      expect(String(emitted.mock.calls[0]?.[0])).not.toContain('rt-1');
      emitted.mockRestore();
    }
  });

  test('warns once of a folder that everybody can write', async () => {
    const emitted = warnings();
    const folder = makeFolder();
    chmodSync(folder, 0o777);
    const storage = new FileTokenStorage(folder);
    for (const _ of [1, 2]) await storage.withLock(key, async () => undefined, waiting(1));
    expect(emitted.mock.calls.map(([message]) => String(message).includes(folder))).toEqual([true]);
    chmodSync(folder, 0o1777);
    emitted.mockRestore();
  });

  const impostors: [string, (path: string) => unknown][] = [
    [
      'a symbolic link to a good record',
      (path) => {
        writeFileSync(`${path}-real`, record(1));
        symlinkSync(`${path}-real`, path);
      },
    ],
    ['a symbolic link to nothing', (path) => symlinkSync(`${path}-nothing`, path)],
    ['a symbolic link to itself', (path) => symlinkSync(path, path)],
    ['a folder', (path) => mkdirSync(path)],
    ['a socket', (path) => once(createServer().listen(path).unref(), 'listening')],
  ];

  test.each(impostors)('refuses %s, before a task runs, and leaves it alone', async (_, make) => {
    const folder = makeFolder();
    const path = join(folder, 'tokens.json');
    const storage = new FileTokenStorage(path);
    expect(storage.id).toBe(path);
    await make(path);
    const before = readdirSync(folder);
    let ran = false;
    const errors = [
      await errorOf(storage.load(key)),
      await errorOf(storage.save(key, someTokens(2), overwriting)),
      await errorOf(storage.delete(key, overwriting)),
      await errorOf(storage.withLock(key, async () => (ran = true), waiting(1))),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(error.message).toContain(path);
      expect(error['retryable']).toBe(false);
    }
    expect(ran).toBe(false);
    expect(readdirSync(folder).filter((name) => name !== 'tokens.json.lock')).toEqual(before);
  });

  test('refuses a pipe, and does not wait for its other end', async () => {
    const path = join(makeFolder(), 'tokens.json');
    execFileSync('mkfifo', [path]);
    const failure = { name: 'StorageUnavailableError', retryable: false };
    const outcome = await outcomeOf(start('attempt.mjs', [path, 'kernel']));
    expect(outcome).toMatchObject({ loaded: failure, locked: failure, saved: failure, ran: false });
  });

  test('refuses a symbolic link in the place of its lock', async () => {
    const [storage, other] = [new FileTokenStorage(makeFolder()), new FileTokenStorage(makeFolder())];
    await other.withLock(key, async () => undefined, waiting(1));
    symlinkSync(`${other.id}.lock`, `${storage.id}.lock`);
    let ran = false;
    const error = await errorOf(storage.withLock(key, async () => (ran = true), waiting(1)));
    expect(error).toBeInstanceOf(StorageUnavailableError);
    expect([error['retryable'], ran]).toEqual([false, false]);
  });
});
