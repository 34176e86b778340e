/** Reads a file whose size the system tells wrong, and prints where the token still stands in buffers of the size that is kept. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const [folder, length] = process.argv.slice(2);
const file = join(folder, 'tokens.json');
fs.writeFileSync(file, JSON.stringify({ access_token: 'x'.repeat(Number(length)) }), { mode: 0o600 });
const { readSync, fstatSync } = fs;
const buffers = new Set();
fs.readSync = (fd, buffer, ...rest) => {
  buffers.add(buffer);
  return readSync(fd, buffer, ...rest);
};
fs.fstatSync = (fd) => Object.assign(fstatSync(fd), { size: 200 });
syncBuiltinESMExports();
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ file });
await storage.load('k').catch(() => undefined); // a file that is too large is no record
const kept = [...buffers].filter((buffer) => buffer.length === 8192);
const dirty = kept.filter((buffer) => buffer.includes('xxx')).map((buffer) => buffer.indexOf('xxx'));
console.log(JSON.stringify({ buffers: kept.length, dirty }));
