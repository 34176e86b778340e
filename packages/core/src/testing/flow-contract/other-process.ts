import type { TokenStorage } from '../../storage/token-storage.js';

/**
 * The same storage under a name of its own. Flows of one process share their tokens in memory when their storages have
 * one id; over this they share the storage only, as flows of two processes do.
 *
 * @group Contracts
 */
export function asOtherProcess(storage: TokenStorage): TokenStorage {
  return {
    id: `${storage.id}#process-${crypto.randomUUID()}`,
    load: (key) => storage.load(key),
    save: (key, tokens, context) => storage.save(key, tokens, context),
    delete: (key, context) => storage.delete(key, context),
    withLock: (key, task, options) => storage.withLock(key, task, options),
    ...(storage.list && { list: storage.list.bind(storage) }),
    ...(storage.isOneRecord !== undefined && { isOneRecord: storage.isOneRecord }),
  };
}
