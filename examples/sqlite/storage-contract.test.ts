import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';
import { encryption, KeyvTokenStorage, ProcessLock } from '@latchkey/core';
import { describeTokenStorage } from '@latchkey/core/testing';
import { Keyv } from 'keyv';

const codecs = { plain: undefined, encrypted: encryption([{ id: 'k1', secret: randomBytes(32) }]) };

interface Place {
  readonly folder: string;
  readonly lock: ProcessLock;
  readonly connections: KeyvSqlite[];
}

for (const [name, codec] of Object.entries(codecs)) {
  const places = new Map<KeyvTokenStorage, Place>();
  const open = (place: Place): KeyvTokenStorage => {
    const store = new KeyvSqlite({ uri: `sqlite://${join(place.folder, 'tokens.sqlite')}`, busyTimeout: 1000 });
    place.connections.push(store);
    const storage = new KeyvTokenStorage(new Keyv({ store }), { lock: place.lock, id: place.folder, codec });
    places.set(storage, place);
    return storage;
  };
  describeTokenStorage(
    `KeyvTokenStorage over SQLite, ${name}`,
    { describe, test },
    {
      create: async () =>
        open({ folder: mkdtempSync(join(tmpdir(), 'latchkey-sqlite-')), lock: new ProcessLock(), connections: [] }),
      reopen: async (storage) => open(places.get(storage)!),
      async dispose(storage) {
        const { folder, connections } = places.get(storage)!;
        for (const connection of connections) await connection.disconnect();
        rmSync(folder, { recursive: true });
      },
      /** Another program that has the whole database for itself, and keeps it. */
      async breakIt(storage) {
        const { folder, connections } = places.get(storage)!;
        const other = new KeyvSqlite({ uri: `sqlite://${join(folder, 'tokens.sqlite')}` });
        await other.query('BEGIN EXCLUSIVE');
        connections.unshift(other);
      },
    },
  );
}
