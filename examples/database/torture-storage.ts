/** Opens a database for the torture kit, with a lease short enough to run out while a process is frozen. */
import { DatabaseTokenStorage, schema } from './database-token-storage.js';
import { open } from './open.js';

export async function createStorage(place: string): Promise<DatabaseTokenStorage> {
  const database = await open(place);
  await database.query(schema, []).catch(() => database.query(schema, [])); // two that make a table at once disturb each other
  return new DatabaseTokenStorage(database, { lease: 1 });
}
