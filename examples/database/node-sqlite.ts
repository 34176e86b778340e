import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import type { Database, Value } from './database-token-storage.js';

/** What is used of `node:sqlite`, which Node 22.13 and later have. */
interface Sqlite {
  DatabaseSync: new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): { all(...values: Value[]): Record<string, unknown>[] };
  };
}

/** Opens a SQLite file, on a disk of this machine; makes it, private, if need be. `busy`: for how many ms a statement may wait. */
export function openSqlite(path: string, busy = 2000): Database {
  const sqlite = process.getBuiltinModule('node:sqlite') as unknown as Sqlite | undefined;
  if (!sqlite) throw new Error('SQLite needs Node 22.13 or later.');
  // SQLite's own files get the same mode. A file that is there is left alone: a close ends all locks that this process has on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const database = new sqlite.DatabaseSync(path);
  database.exec(`PRAGMA busy_timeout = ${busy}`);
  let isDurable = false;
  const statements = new Map<string, ReturnType<typeof database.prepare>>();
  return {
    id: `sqlite:${realpathSync(path)}`,
    now: "CAST(unixepoch('subsec') * 1000 AS integer)",
    async query(sql, values) {
      if (!isDurable) database.exec('PRAGMA synchronous = FULL'); // waits like any statement, so not while it is opened
      isDurable = true;
      const statement = statements.get(sql) ?? database.prepare(sql.replace(/\$(\d)/g, '?$1'));
      statements.set(sql, statement);
      return statement.all(...values);
    },
  };
}
