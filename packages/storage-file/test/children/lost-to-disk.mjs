// Loses a lock file to a disk that fails for longer than a holder may be silent, and takes the lock anew under it, as a late save does.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path] = process.argv.slice(2);
let [fails, passed] = [false, 0];
const { writeSync } = fs;
fs.writeSync = (fd, data, ...rest) => {
  if (fails && String(data).startsWith('held')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
  return writeSync(fd, data, ...rest);
};
syncBuiltinESMExports();
const { hrtime } = process;
const later = (...args) => {
  const [seconds, nanoseconds] = hrtime(...args);
  return [seconds + passed, nanoseconds];
};
process.hrtime = Object.assign(later, { bigint: hrtime.bigint });
const { fileLock } = await import('@latchkey/storage-file');
const lock = fileLock(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: 5 };
const task = async (held) => {
  [fails, passed] = [true, 11];
  const lost = held.signal.aborted;
  fails = false;
  const again = await lock.withLock('', async () => 'entered', options).catch(({ code }) => code);
  return { lost, again, still: held.signal.aborted };
};
console.log(JSON.stringify(await lock.withLock('', task, options)));
