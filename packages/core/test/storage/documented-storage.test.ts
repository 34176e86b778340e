import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Lock, ProcessLock, type RecordCodec, TokenSet, type TokenStorage } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';
import { blockWith, importBlock } from '../scenes/documented-block.js';

interface Table {
  get(key: string): Promise<string | undefined>;
  set(key: string, text: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A database whose transactions take a moment, come one after another, and change everything or nothing. */
class MapDatabase {
  readonly name = randomUUID();
  isBroken = false;
  #table = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();

  transaction<T>(work: (table: Table) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#run(work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run<T>(work: (table: Table) => Promise<T>): Promise<T> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isBroken) throw new Error('The database is gone.');
    const table = new Map(this.#table);
    const result = await work({
      get: async (key) => table.get(key),
      set: async (key, text) => void table.set(key, text),
      delete: async (key) => void table.delete(key),
    });
    this.#table = table;
    return result;
  }
}

type Documented = TokenStorage & { readonly database: MapDatabase; readonly lock: Lock };

const { DatabaseTokenStorage } = await importBlock<{
  DatabaseTokenStorage: new (database: MapDatabase, lock: Lock, codec?: RecordCodec) => Documented;
}>(blockWith('export class DatabaseTokenStorage', 'docs/storages.md'));

describeTokenStorage(
  'The storage over a database in docs/storages.md',
  { describe, test },
  {
    create: async () => new DatabaseTokenStorage(new MapDatabase(), new ProcessLock()),
    reopen: async ({ database, lock }) => new DatabaseTokenStorage(database, lock),
    reopenWith: async ({ database, lock }, codec) => new DatabaseTokenStorage(database, lock, codec),
    dispose: async () => undefined,
    breakIt: async ({ database }) => void (database.isBroken = true),
  },
);

describe('The storage over a database in docs/storages.md', () => {
  const context = (expected?: number) =>
    ({ reason: 'refresh', expected, lock: { signal: new AbortController().signal } }) as const;

  test('says of garbage that it is no record, and lets a login or a logout replace it', async () => {
    const database = new MapDatabase();
    const storage = new DatabaseTokenStorage(database, new ProcessLock());
    const tokens = TokenSet.from({ access_token: 'at' });
    const tear = () => database.transaction((table) => table.set('k', '{"access_token":"at'));
    await tear();
    const unreadable = { code: 'RECORD_UNREADABLE' };
    await expect(storage.load('k')).rejects.toMatchObject(unreadable);
    await expect(storage.save('k', tokens, context(1))).rejects.toMatchObject(unreadable);
    await expect(storage.delete('k', context(1))).rejects.toMatchObject(unreadable);
    await storage.save('k', tokens, context());
    expect((await storage.load('k'))?.accessToken).toBe('at');
    await tear();
    await storage.delete('k', context());
    expect(await storage.load('k')).toBeUndefined();
  });
});

test('The storage in the comment of TokenStorage lets a login and a logout replace what is no record', async () => {
  const block = blockWith('const storage: TokenStorage', 'packages/core/src/storage/token-storage.ts');
  const { storage, table } = await importBlock<{ storage: TokenStorage; table: Map<string, string> }>(
    `${block.replace('declare const table: Map<string, string>', 'const table = new Map()')}export { storage, table };`,
  );
  await using scene = await DeviceScene.start();
  const flow = scene.flow({ storage });
  table.set(flow.key, 'no record');
  await flow.doFlow();
  expect(TokenSet.from(table.get(flow.key)).accessToken).toBe(flow.accessToken);
  table.set(flow.key, 'no record');
  await flow.logout();
  expect(table.has(flow.key)).toBe(false);
});

describe('The flow with hooks of its own in README.md', () => {
  test('saves by a rename, so that a crash leaves the old record or the new one', () => {
    const block = blockWith('class MyFlow', 'README.md');
    expect(block).toMatch(
      /writeFileSync\(`\$\{this\.path\}\.new`, [^;]*flush: true[^;]*;\n\s+renameSync\([^;]*, this\.path\)/,
    );
    expect(block).not.toContain('writeFileSync(this.path');
  });
});
