// Tries for so many seconds to take the lock, as a process of another host would, and tells how that ended; with
// `no-proc` on a system that tells nothing but the host's name, and with `no-proc-at-first` no more at the first look.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.hostname = () => 'elsewhere';
const hidden = { 'no-proc': Infinity, 'no-proc-at-first': 1 }[process.argv[5]] ?? 0;
for (const name of ['readFileSync', 'readlinkSync']) {
  const original = fs[name];
  let looks = 0;
  fs[name] = (path, ...rest) => {
    const isHidden = typeof path === 'string' && path.startsWith('/proc') && looks++ < hidden;
    return original(isHidden ? '/none' : path, ...rest);
  };
}
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const [path, locking, timeout] = process.argv.slice(2);
const options = { signal: new AbortController().signal, timeout: Number(timeout) };
const outcome = await fileLock(path, { locking })
  .withLock('', async () => 'entered', options)
  .catch((error) => error.code);
console.log(`outcome ${outcome}`);
