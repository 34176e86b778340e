import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { encryption, type HeldLock, type RecordCodec, type SaveContext, TokenSet } from '@latchkey/core';
import type { Pool } from 'pg';
import { type Database, DatabaseTokenStorage, schema, type Value } from '../dist/database/database-token-storage.js';
import { open } from '../dist/database/open.js';
import { postgres } from '../dist/database/postgres.js';
import { PostgresServer } from '../dist/database/postgres-server.js';
import { describePostgres, describeSqlite } from '../selection.js';

const key = 'the key';
const waiting = { signal: new AbortController().signal, timeout: 5 };
const tokens = (generation: number): TokenSet =>
  TokenSet.from({ access_token: `at-${generation}`, refresh_token: 'rt' }).withStamp({ key, generation });
const onto = (expected: number, lock: HeldLock): SaveContext => ({ reason: 'refresh', expected, lock });

/** The same database, on which `before` decides about each statement. */
const through = (database: Database, before: (sql: string, values: readonly Value[]) => Promise<void>): Database => ({
  ...database,
  async query(sql, values) {
    await before(sql, values);
    return database.query(sql, values);
  },
});

function describeLeases(find: () => string): void {
  let database: Database;
  beforeEach(async () => {
    database = await open(find());
    await database.query(schema, []);
    await database.query('DELETE FROM latchkey_tokens', []);
  });

  test('one that could not be renewed in time is taken over, and lets its holder save nothing', async () => {
    let goOn = (): void => undefined;
    const cut = new Promise<void>((resolve) => (goOn = resolve));
    const slow = through(database, async (sql) => {
      if (sql.includes('SET free_at')) await cut;
    });
    const late = new DatabaseTokenStorage(slow, { lease: 0.3 });
    const next = new DatabaseTokenStorage(database);
    await late.withLock(
      key,
      async (lock) => {
        await next.withLock(
          key,
          async (taken) => {
            expect(lock.signal.aborted).toBe(true);
            await expect(late.save(key, tokens(1), onto(0, lock))).rejects.toMatchObject({ code: 'LOCK_LOST' });
            goOn(); // what was sent in time may arrive late
            await new Promise((resolve) => setTimeout(resolve, 100));
            await next.save(key, tokens(2), onto(0, taken));
            await expect(late.delete(key, onto(2, lock))).rejects.toMatchObject({ code: 'LOCK_LOST' });
          },
          waiting,
        );
        await expect(late.save(key, tokens(3), onto(2, lock))).rejects.toMatchObject({ code: 'LOCK_LOST' });
      },
      waiting,
    );
    expect((await next.load(key))?.generation).toBe(2);
  });

  test("one that is somebody else's is noticed by the next renewal", async () => {
    const storage = new DatabaseTokenStorage(database, { lease: 60 });
    jest.useFakeTimers({ doNotFake: ['performance', 'Date', 'nextTick', 'setImmediate', 'setTimeout'] });
    try {
      await storage.withLock(
        key,
        async (lock) => {
          await database.query("UPDATE latchkey_tokens SET owner = 'somebody'", []);
          expect(lock.signal.aborted).toBe(false);
          jest.advanceTimersByTime(20_000);
          while (!lock.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
        },
        waiting,
      );
    } finally {
      jest.useRealTimers();
    }
  });

  test('one that is renewed lasts for longer than it was taken for, and is free at once when its task ends', async () => {
    const storage = new DatabaseTokenStorage(database, { lease: 0.3 });
    const began = performance.now();
    const holder = storage.withLock(key, () => new Promise((resolve) => setTimeout(resolve, 1000)), waiting);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await storage.withLock(key, async () => expect(performance.now() - began).toBeGreaterThan(990), waiting);
    await holder;
    expect(await database.query('SELECT * FROM latchkey_tokens', [])).toEqual([]);
  });

  test('a codec that failed is asked again, and tokens can be saved under two keys', async () => {
    let fails = true;
    const { seal, open: opened } = encryption([{ id: 'k', secret: new Uint8Array(32) }]);
    const codec: RecordCodec = {
      seal: (...given) => (fails ? Promise.reject(new Error('no key service')) : seal(...given)),
      open: opened,
    };
    const storage = new DatabaseTokenStorage(database, { codec });
    const saved = TokenSet.from({ access_token: 'at-1' }).withStamp({ generation: 1 });
    const save = (at: string) => storage.withLock(at, (lock) => storage.save(at, saved, onto(0, lock)), waiting);
    await expect(save('a')).rejects.toThrow('no key service');
    fails = false;
    for (const at of ['a', 'b']) {
      await save(at);
      expect((await storage.load(at))?.accessToken).toBe('at-1');
    }
  });

  test('whoever learned of neither taking nor saving does both again', async () => {
    const lost = new Set<string>();
    const unheard: Database = {
      ...database,
      async query(sql, values) {
        const rows = await database.query(sql, values);
        if (/INSERT|record = \$2/.test(sql) && !lost.has(sql)) {
          lost.add(sql);
          throw Object.assign(new Error('secret'), { code: 'ECONNRESET' });
        }
        return rows;
      },
    };
    const codec = encryption([{ id: 'k', secret: new Uint8Array(32) }]);
    const storage = new DatabaseTokenStorage(unheard, { codec });
    const outage = { code: 'STORAGE_UNAVAILABLE', cause: new Error('The database said ECONNRESET.') };
    await expect(storage.withLock(key, async () => undefined, waiting)).rejects.toMatchObject(outage);
    await storage.withLock(
      key,
      async (lock) => {
        const saved = tokens(1);
        await expect(storage.save(key, saved, onto(0, lock))).rejects.toMatchObject(outage);
        await storage.save(key, saved, onto(0, lock));
        await expect(storage.save(key, tokens(1), onto(0, lock))).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
      },
      { ...waiting, timeout: 1 },
    );
  });
}

describeSqlite('A lease in SQLite:', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-database-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  describeLeases(() => join(folder, 'tokens.sqlite'));

  test('to open the file once more ends no lock that this process has on it', async () => {
    const path = join(folder, 'locked.sqlite');
    const database = await open(path);
    await database.query('BEGIN EXCLUSIVE', []);
    await open(path);
    const other = "new (require('node:sqlite').DatabaseSync)(process.argv[1]).exec('BEGIN EXCLUSIVE')";
    expect(() => execFileSync(process.execPath, ['-e', other, path], { stdio: 'pipe' })).toThrow('database is locked');
    await database.query('COMMIT', []);
  });
});

describePostgres('A lease in PostgreSQL:', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  describeLeases(() => server.url());

  describe('with an isolation of its own,', () => {
    describeLeases(() => `${server.url()}?options=-c%20default_transaction_isolation%3Dserializable`);
  });
});

test('a statement that PostgreSQL could not serialize is run again, some times, and no other', async () => {
  const runs = async (code: string, failures: number): Promise<string> => {
    let asked = 0;
    const query = () => {
      if (asked++ < failures) return Promise.reject(Object.assign(new Error('refused'), { code }));
      return Promise.resolve({ rows: [] });
    };
    const pool = { query, on: () => undefined } as unknown as Pool;
    const outcome = await postgres(pool, 'db')
      .query('SELECT 1', [])
      .then(
        () => 'answered',
        () => 'refused',
      );
    return `${outcome} ${asked}`;
  };
  expect(await Promise.all([runs('40001', 2), runs('40001', 99), runs('57014', 1)])).toEqual([
    'answered 3',
    'refused 21',
    'refused 1',
  ]);
});

test('a URL of PostgreSQL may begin in both ways, and is no name of a file', async () => {
  for (const scheme of ['postgres', 'postgresql'])
    expect((await open(`${scheme}://ada:secret@127.0.0.1:1/db`)).id).toBe('postgres:127.0.0.1:1/db');
});

test('a URL of PostgreSQL that cannot be read is not told, and one without a host can be', async () => {
  const told = await open('postgres://ada:s#cret@127.0.0.1/db').catch((error: unknown) => inspect(error));
  expect(told).toContain('Invalid URL');
  expect(told).not.toContain('cret');
  expect((await open('postgresql://ada:secret@/db?host=/cloudsql/one')).id).toBe('postgres:/cloudsql/one:5432/db');
});
