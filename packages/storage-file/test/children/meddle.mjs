// Takes the lock, or loads, while somebody else acts at the worst moment: just before a system call takes effect.
import { FileTokenStorage } from '@latchkey/storage-file';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path, call, pattern, victim, replacement] = process.argv.slice(2);
const original = fs[call];
let done = false;
fs[call] = (from, to) => {
  if (!done && new RegExp(pattern).test(to)) {
    done = true;
    fs.rmSync(victim);
    fs.copyFileSync(replacement, victim);
  }
  return original(from, to);
};
syncBuiltinESMExports();
const storage = new FileTokenStorage(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: 0.5 };
const loaded = await storage.load('ada');
const locked = await storage.withLock('ada', async () => 'entered', options).catch((error) => error.code);
console.log(JSON.stringify({ done, locked, generation: loaded?.generation }));
