import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TokenStorage } from '../storage/token-storage.js';

/** What a module that makes a storage exports. */
interface StorageModule {
  /** Opens the place; in each process once, with the same arguments. */
  createStorage(...storageArguments: readonly string[]): Promise<TokenStorage> | TokenStorage;
}

/**
 * Imports the module, of which this is the path or the `file:` URL, and makes the storage.
 *
 * @throws TypeError when it does not export `createStorage`
 */
export async function loadStorage(location: string, storageArguments: readonly string[]): Promise<TokenStorage> {
  const url = location.startsWith('file:') ? location : pathToFileURL(resolve(location)).href;
  const { createStorage } = (await import(url)) as Partial<StorageModule>;
  if (typeof createStorage !== 'function') throw new TypeError(`${url} does not export a function createStorage.`);
  return createStorage(...storageArguments);
}
