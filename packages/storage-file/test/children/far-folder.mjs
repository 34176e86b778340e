// Preloaded: every folder is on a file system that several hosts may share, NFS by its number.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

fs.statfsSync = () => ({ type: 0x6969 });
syncBuiltinESMExports();
