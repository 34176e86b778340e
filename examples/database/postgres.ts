import type { Pool } from 'pg';
import type { Database } from './database-token-storage.js';

/**
 * Uses a pool of `pg`. Give it `connectionTimeoutMillis` and `query_timeout`, or a server that hangs is waited for without end.
 * `name`: the same for all pools on this database, and for no other.
 */
export function postgres(pool: Pool, name: string): Database {
  pool.on('error', () => undefined); // of a connection that nobody uses; the next query says it again
  return {
    id: `postgres:${name}`,
    now: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)',
    async query(sql, values) {
      for (let triesLeft = 20; ; triesLeft--) {
        try {
          return (await pool.query<Record<string, unknown>>(sql, [...values])).rows;
        } catch (error) {
          // Where the isolation is more than `read committed`, another was first: nothing was done.
          if (triesLeft === 0 || (error as { code?: unknown }).code !== '40001') throw error;
        }
      }
    },
  };
}
