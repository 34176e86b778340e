// Opens a token file for the torture kit.
import { FileTokenStorage } from '@latchkey/storage-file';

export const createStorage = (path, locking) => new FileTokenStorage(path, { locking });
