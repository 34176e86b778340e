// Preloaded: no close succeeds, as on a network folder whose server has gone.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { closeSync } = fs;
fs.closeSync = (fd) => {
  closeSync(fd);
  throw Object.assign(new Error('EIO: i/o error, close'), { code: 'EIO', syscall: 'close' });
};
syncBuiltinESMExports();
