// Takes the lock twice; what ends its first turn fails, as on a disk that fails.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path] = process.argv.slice(2);
let failed = 0;
for (const name of ['writeSync', 'unlinkSync']) {
  const original = fs[name];
  fs[name] = (target, data, ...rest) => {
    const isEnd = data === 'free' || (name === 'unlinkSync' && /\.lockfile(\/\d+)?$/.test(target));
    if (isEnd && failed++ === 0) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    return original(target, data, ...rest);
  };
}
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const lock = fileLock(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: 1 };
await lock.withLock('', async () => undefined, options);
const again = await lock.withLock('', async () => 'entered', options).catch((error) => error.code);
console.log(JSON.stringify({ failed: Math.min(failed, 1), again }));
