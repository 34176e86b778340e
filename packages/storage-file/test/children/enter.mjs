// Notes when it enters and leaves the lock, until killed.
import { fileLock } from '@latchkey/storage-file';
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [path, locking] = process.argv.slice(2);
const lock = fileLock(path, { locking });
const options = { signal: new AbortController().signal, timeout: 60 };
for (let n = 0; ; n++) {
  await lock.withLock(
    '',
    async () => {
      appendFileSync(path, `enter ${process.pid} ${n}\n`);
      await setTimeout(Math.random() * 4);
      appendFileSync(path, `leave ${process.pid} ${n}\n`);
    },
    options,
  );
}
