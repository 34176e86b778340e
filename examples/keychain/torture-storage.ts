/** Opens a file for the torture kit whose key is in the keychain. */
import { encryption } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { keychainKey } from './keychain-key.js';

export async function createStorage(folder: string): Promise<FileTokenStorage> {
  const file = `${folder}/key.json`;
  const keys = await keychainKey({ service: 'latchkey-torture', account: folder, file, whenMissing: 'fail' });
  return new FileTokenStorage({ file: `${folder}/tokens.json` }, { codec: encryption(keys) });
}
