// Preloaded: folders cannot be synchronised, as on some mirrors, which answer as if they had not been opened.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { fsyncSync } = fs;
fs.fsyncSync = (fd) => {
  if (fs.fstatSync(fd).isDirectory()) throw Object.assign(new Error('EBADF'), { code: 'EBADF' });
  fsyncSync(fd);
};
syncBuiltinESMExports();
