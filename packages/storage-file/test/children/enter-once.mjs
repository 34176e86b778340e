// Tries for so many seconds to take the lock, as a process of another host would, and tells how that ended; with
// `no-proc` on a system that tells nothing but the host's name.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.hostname = () => 'elsewhere';
for (const name of process.argv[5] === 'no-proc' ? ['readFileSync', 'readlinkSync'] : []) {
  const original = fs[name];
  fs[name] = (path, ...rest) => original(typeof path === 'string' ? path.replace(/^\/proc/, '/none') : path, ...rest);
}
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const [path, locking, timeout] = process.argv.slice(2);
const options = { signal: new AbortController().signal, timeout: Number(timeout) };
const outcome = await fileLock(path, { locking })
  .withLock('', async () => 'entered', options)
  .catch((error) => error.code);
console.log(`outcome ${outcome}`);
