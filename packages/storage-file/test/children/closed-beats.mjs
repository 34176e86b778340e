// Holds a lock file as on a Mac, and prints the beats that were written by a descriptor which is closed since.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path] = process.argv.slice(2);
Object.defineProperty(process, 'platform', { value: 'darwin' });
let beat;
globalThis.setInterval = (show) => {
  beat = show;
  return { unref: () => undefined };
};
const written = new Map();
const closed = [];
const { writeSync, closeSync } = fs;
fs.writeSync = (fd, text, ...rest) => {
  written.set(fd, /^held +(\d+)/.exec(text)?.[1]);
  return writeSync(fd, text, ...rest);
};
fs.closeSync = (fd) => {
  closeSync(fd);
  if (written.get(fd)) closed.push(Number(written.get(fd)));
  written.delete(fd);
};
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const task = async ({ signal }) => {
  closed.length = 0;
  beat();
  beat();
  return { closed: [...closed], lost: signal.aborted };
};
const options = { signal: new AbortController().signal, timeout: 1 };
console.log(JSON.stringify(await fileLock(path, { locking: 'lockfile' }).withLock('', task, options)));
