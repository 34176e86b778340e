// Opens a token file, or a folder with one for each key, for the torture kit and the contract.
import { FileTokenStorage } from '@latchkey/storage-file';

export const createStorage = (path, locking, perKey) =>
  new FileTokenStorage(path, { locking, perKey: perKey === 'true' });
