/** Opens a database for the torture kit, with a lease short enough to run out while a process is frozen. */
import { type Database, DatabaseTokenStorage, schema } from './database-token-storage.js';
import { open } from './open.js';

export async function createStorage(place: string): Promise<DatabaseTokenStorage> {
  const database = await open(place);
  await makeTable(database);
  return new DatabaseTokenStorage(database, { lease: 1 });
}

/** Two that make a table at once disturb each other, and one that is frozen in a statement of SQLite keeps all others waiting. */
async function makeTable(database: Database, tries = 10): Promise<void> {
  await database.query(schema, []).catch((error: unknown) => {
    if (tries === 0) throw error;
    return makeTable(database, tries - 1);
  });
}
