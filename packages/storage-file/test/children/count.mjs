// Adds to a number in a file, by reading and writing it, under a lock or without.
import { fileLock } from '@latchkey/storage-file';
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

const [path, locking, times] = process.argv.slice(2);
const free = { withLock: (_key, task) => task() };
const lock = locking === 'none' ? free : fileLock(path, { locking });
const options = { signal: new AbortController().signal, timeout: 60 };
for (let n = 0; n < Number(times); n++) {
  await lock.withLock(
    '',
    async () => {
      const number = Number(readFileSync(path, 'utf8'));
      await setImmediate();
      writeFileSync(path, String(number + 1));
    },
    options,
  );
}
console.log('counted');
