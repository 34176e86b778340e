// Takes the lock and keeps it until killed.
import { fileLock } from '@latchkey/storage-file';

const [path, locking] = process.argv.slice(2);
await fileLock(path, { locking }).withLock(
  '',
  () => {
    console.log('held');
    return new Promise((resolve) => setTimeout(resolve, 600_000));
  },
  { signal: new AbortController().signal, timeout: 20 },
);
