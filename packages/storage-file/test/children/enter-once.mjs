// Tries for so many seconds to take the lock, as a process of another host would, and tells how that ended.
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.hostname = () => 'elsewhere';
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const [path, locking, timeout] = process.argv.slice(2);
const options = { signal: new AbortController().signal, timeout: Number(timeout) };
const outcome = await fileLock(path, { locking })
  .withLock('', async () => 'entered', options)
  .catch((error) => error.code);
console.log(`outcome ${outcome}`);
