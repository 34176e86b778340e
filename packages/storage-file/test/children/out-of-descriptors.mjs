// Takes a lock while but so many descriptors are left, and again once there are some; tells how that went.
import { fileLock } from '@latchkey/storage-file';
import { closeSync, openSync } from 'node:fs';

const [path, locking, left] = process.argv.slice(2);
const options = { signal: new AbortController().signal, timeout: 0.1 };
const enter = () =>
  fileLock(path, { locking })
    .withLock('', async () => 'entered', options)
    .catch(({ code, message, retryable }) => ({ code, message, retryable }));

const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  for (let free = 0; free < Number(left); free++) closeSync(taken.pop());
}
const without = await enter();
const more = [];
try {
  for (;;) more.push(openSync('/dev/null', 'r'));
} catch {
  for (const fd of more) closeSync(fd);
}
for (const fd of taken) closeSync(fd);
console.log(JSON.stringify({ without, kept: Number(left) - more.length, afterwards: await enter() }));
