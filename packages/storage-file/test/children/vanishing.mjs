// Takes the lock while each file that it opens to read is removed before it is looked at, as by another path of a
// mirror, whose open files can be gone. What was opened is a turn that is over.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path] = process.argv.slice(2);
const { readFileSync } = fs;
let gone = 0;
fs.readFileSync = (target, ...rest) => {
  if (typeof target !== 'number' || gone++ > 0) return readFileSync(target, ...rest);
  throw Object.assign(new Error('ENOENT: no such file or directory, fstat'), { code: 'ENOENT', syscall: 'fstat' });
};
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const lock = fileLock(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: 2 };
const outcome = await lock.withLock('', async () => 'entered', options).catch((error) => error.code);
console.log(JSON.stringify({ outcome, gone: gone > 0 }));
