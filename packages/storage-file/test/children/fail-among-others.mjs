// Holds the lock of one record, and asks for another's while the disk begins to fail those that wait for it together.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

fs.fsync = (_, done) => setImmediate(done, Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fsync' }));
syncBuiltinESMExports();
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ folder: process.argv[2] }, { perKey: true });
const options = { signal: new AbortController().signal, timeout: 5 };
let ran = false;
const run = async () => {
  ran = true;
};
const failure = await storage.withLock(
  'one',
  () => storage.withLock('other', run, options).catch((error) => error),
  options,
);
console.log(JSON.stringify({ name: failure?.name, message: failure?.message, ran }));
