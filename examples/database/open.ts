import type { Database } from './database-token-storage.js';

/** Opens the database of a URL that begins with `postgres://` or `postgresql://`, or else the SQLite file of this path. */
export async function open(place: string): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(place)) {
    const { openSqlite } = await import('./node-sqlite.js');
    return openSqlite(place);
  }
  const { default: pg } = await import('pg');
  const { postgres } = await import('./postgres.js');
  const patience = { connectionTimeoutMillis: 5000, query_timeout: 5000 };
  const { host, port, database = '' } = new pg.Client({ connectionString: place }); // its errors do not tell the password
  const pool = new pg.Pool({ connectionString: place, allowExitOnIdle: true, ...patience });
  return postgres(pool, `${host}:${port}/${database}`);
}
