// Takes and frees the lock, and freezes just before the n-th call of the file system that its release, or its taking of
// the lock, makes. Its host has another name, so that nobody can see that it is only frozen.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const [path, phase, nth] = process.argv.slice(2);
os.hostname = () => 'elsewhere';
let calls;
for (const [name, original] of Object.entries(fs)) {
  if (!name.endsWith('Sync')) continue;
  fs[name] = (...args) => {
    if (calls !== undefined && ++calls === Number(nth)) {
      fs.writeSync(1, `frozen at ${name}\n`);
      process.kill(process.pid, 'SIGSTOP');
    }
    return original(...args);
  };
}
syncBuiltinESMExports();
const { fileLock } = await import('@latchkey/storage-file');
const lock = fileLock(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: 1 };
const inside = async (held) => {
  const counted = calls;
  calls = phase === 'release' ? 0 : undefined;
  return { taken: held.signal.aborted ? 'lost' : 'taken', counted };
};
await lock.withLock('', async () => undefined, options);
if (phase === 'take') calls = 0;
const outcome = await lock.withLock('', inside, options).catch((error) => ({ taken: error.code }));
const counted = phase === 'release' ? calls : outcome.counted;
calls = undefined;
console.log(JSON.stringify({ taken: outcome.taken, counted }));
