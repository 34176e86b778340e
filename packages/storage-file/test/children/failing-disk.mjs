// Preloaded: a disk that takes everything and then fails to keep it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const failure = () => Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
fs.fsyncSync = () => {
  throw failure();
};
fs.fsync = (_, done) => setImmediate(done, failure());
syncBuiltinESMExports();
