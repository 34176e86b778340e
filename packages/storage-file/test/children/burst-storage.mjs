// Opens a folder with a file for each of many logins.
import { FileTokenStorage } from '@latchkey/storage-file';

export const createStorage = (path) => new FileTokenStorage(path, { perKey: true });
