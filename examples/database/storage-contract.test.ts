import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encryption, type RecordCodec } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import pg from 'pg';
import { type Database, DatabaseTokenStorage, schema } from '../dist/database/database-token-storage.js';
import { openSqlite } from '../dist/database/node-sqlite.js';
import { postgres } from '../dist/database/postgres.js';
import { PostgresServer } from '../dist/database/postgres-server.js';
import { describePostgres, describeSqlite } from '../selection.js';

const codecs = { plain: undefined, encrypted: encryption([{ id: 'k1', secret: randomBytes(32) }]) };

/** A database that one test has for itself. */
interface Place {
  /** By what another process opens it. */
  readonly name: string;
  open(): Database;
  breakIt(): Promise<void>;
  remove(): Promise<void>;
}

const lease = 3;

function describeContract(name: string, make: () => Promise<Place>, codec: RecordCodec | undefined): void {
  const places = new Map<DatabaseTokenStorage, Place>();
  const open = (place: Place, codec: RecordCodec | undefined): DatabaseTokenStorage => {
    const storage = new DatabaseTokenStorage(place.open(), { codec, lease });
    places.set(storage, place);
    return storage;
  };
  describeTokenStorage(
    name,
    { describe, test },
    {
      async create() {
        const place = await make();
        await place.open().query(schema, []);
        return open(place, codec);
      },
      reopen: async (storage) => open(places.get(storage)!, codec),
      reopenWith: async (storage, other) => open(places.get(storage)!, other),
      breakIt: (storage) => places.get(storage)!.breakIt(),
      dispose: (storage) => places.get(storage)!.remove(),
      lease: codec ? undefined : lease,
      storageModule: codec ? undefined : new URL('../dist/database/torture-storage.js', import.meta.url),
      storageArguments: (storage) => [places.get(storage)!.name],
    },
  );
}

describeSqlite('DatabaseTokenStorage over node:sqlite', () => {
  const make = async (): Promise<Place> => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-database-'));
    const path = join(folder, 'tokens.sqlite');
    return {
      name: path,
      open: () => openSqlite(path, 500),
      /** Another program that has the whole database for itself, and keeps it. */
      breakIt: async () => {
        await openSqlite(path).query('BEGIN EXCLUSIVE', []);
      },
      remove: async () => rmSync(folder, { recursive: true }),
    };
  };
  for (const [name, codec] of Object.entries(codecs)) describeContract(name, make, codec);

  test('keeps its file from others', async () => {
    const place = await make();
    const { id } = place.open();
    expect(statSync(id.slice('sqlite:'.length)).mode & 0o777).toBe(0o600);
    await place.remove();
  });

  test('is opened while another program has the database for itself, and used when that is over', async () => {
    const place = await make();
    await place.open().query(schema, []);
    const other = openSqlite(place.open().id.slice('sqlite:'.length));
    await other.query('BEGIN EXCLUSIVE', []);
    const storage = new DatabaseTokenStorage(place.open());
    await expect(storage.load('k')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await other.query('COMMIT', []);
    expect(await storage.load('k')).toBeUndefined();
    await place.remove();
  });
});

describePostgres('DatabaseTokenStorage over PostgreSQL', () => {
  let server: PostgresServer;
  let admin: pg.Pool;
  let databases = 0;
  beforeAll(async () => {
    server = await PostgresServer.start();
    admin = new pg.Pool({ connectionString: server.url() });
  });
  afterAll(async () => {
    await admin.end();
    await server[Symbol.asyncDispose]();
  });

  const make = async (): Promise<Place> => {
    const name = `tokens_${++databases}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const pools: pg.Pool[] = [];
    return {
      name: server.url(name),
      open() {
        const pool = new pg.Pool({
          connectionString: server.url(name),
          connectionTimeoutMillis: 1000,
          query_timeout: 1000,
        });
        pools.push(pool);
        return postgres(pool, name);
      },
      breakIt: async () => {
        await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      },
      async remove() {
        await Promise.all(pools.map((pool) => pool.end()));
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      },
    };
  };
  for (const [name, codec] of Object.entries(codecs)) describeContract(name, make, codec);
});

describe('A database without the table', () => {
  test.each([{ code: '42P01' }, { code: 'ERR_SQLITE_ERROR', errcode: 1 }])('is told to make it: %j', async (said) => {
    const query = () => Promise.reject(Object.assign(new Error('no such table'), said));
    const storage = new DatabaseTokenStorage({ id: 'none', now: '0', query });
    const remedy = expect.stringContaining('`schema`');
    await expect(storage.load('key')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', remedy });
  });
});

test.each([0, -1, NaN, Infinity])('A lease of %p seconds is refused', (lease) => {
  const database: Database = { id: 'none', now: '0', query: () => Promise.resolve([]) };
  expect(() => new DatabaseTokenStorage(database, { lease })).toThrow(
    new TypeError('lease must be in seconds, above 0 and up to 3600.'),
  );
});
