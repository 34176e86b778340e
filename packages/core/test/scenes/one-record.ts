import {
  MemoryTokenStorage,
  openRecord,
  sealRecord,
  StorageConflictError,
  TokenSet,
  type TokenStorage,
} from '@latchkey/core';

/** A storage with room for one record, as a file has. */
export function oneRecord(text?: string): TokenStorage {
  const locks = new MemoryTokenStorage();
  return {
    id: `one record ${locks.id}`,
    load: async (key) => (text === undefined ? undefined : openRecord(text, key)),
    async save(key, tokens, { expected }) {
      const found = text === undefined ? 0 : (TokenSet.from(text).generation ?? 0);
      if (expected !== undefined && expected !== found) throw new StorageConflictError({ expected, found });
      text = await sealRecord(tokens, key);
    },
    async delete(key) {
      if (text !== undefined && TokenSet.from(text).stamp?.key === key) text = undefined;
    },
    withLock: (key, task, options) =>
      locks.withLock(key.endsWith('.login') ? 'the login' : 'the record', task, options),
  };
}
