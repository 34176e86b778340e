// Loads while the record is replaced between the opening and the look, as by another path of a mirror: so often.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path, times] = process.argv.slice(2);
const { fstatSync } = fs;
let left = Number(times);
fs.fstatSync = (fd) => {
  if (left-- > 0) throw Object.assign(new Error('ENOENT, fstat'), { code: 'ENOENT', syscall: 'fstat' });
  return fstatSync(fd);
};
syncBuiltinESMExports();
const { FileTokenStorage } = await import('@latchkey/storage-file');
const loading = new FileTokenStorage(path).load('ada');
const outcome = await loading.then((tokens) => tokens?.generation ?? 'absent').catch((error) => error.code);
console.log(JSON.stringify({ outcome }));
