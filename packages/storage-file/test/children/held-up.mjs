// Tries for so many seconds to take the lock of a process that is stopped, of which /proc tells that its `first` thread waits
// for the disk, its `last`, or `no` thread, and that the others are idle.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path, timeout, which] = process.argv.slice(2);
const { readFileSync, readdirSync } = fs;
const threadOf = { first: 0, last: -1 };
const waits = (pid, thread) => which in threadOf && thread === readdirSync(`/proc/${pid}/task`).at(threadOf[which]);
fs.readFileSync = (target, ...rest) => {
  const text = readFileSync(target, ...rest);
  const [, pid, thread = pid] = /^\/proc\/(\d+)(?:\/task\/(\d+))?\/stat$/.exec(String(target)) ?? [];
  return pid === undefined ? text : text.replace(') T ', waits(pid, thread) ? ') D ' : ') S ');
};
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const lock = fileLock(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: Number(timeout) };
const outcome = await lock.withLock('', async () => 'entered', options).catch(({ code }) => code);
console.log(JSON.stringify({ outcome }));
