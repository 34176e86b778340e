import type { TokenStorage } from '../../storage/token-storage.js';

/** What a module that makes a storage exports. */
interface StorageModule {
  /** Opens the place; in each process once, with the same arguments. */
  createStorage(...storageArguments: readonly string[]): Promise<TokenStorage> | TokenStorage;
}

/** Imports the module and makes the storage. @throws TypeError when it does not export `createStorage` */
export async function loadStorage(url: string, storageArguments: readonly string[]): Promise<TokenStorage> {
  const { createStorage } = (await import(url)) as Partial<StorageModule>;
  if (typeof createStorage !== 'function') throw new TypeError(`${url} does not export a function createStorage.`);
  return createStorage(...storageArguments);
}
