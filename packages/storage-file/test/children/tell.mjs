// Takes the lock and tells how that went; to be bundled into one file, also as CommonJS.
import { fileLock } from '@latchkey/storage-file';

const [path, locking] = process.argv.slice(2);
const options = { signal: new AbortController().signal, timeout: 2 };
fileLock(path, { locking })
  .withLock('', async () => 'entered', options)
  .catch(({ code, message }) => `${code} ${message}`)
  .then((outcome) => console.log(outcome));
