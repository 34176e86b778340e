// Takes the lock, or saves, while somebody else acts at the worst moment: just before a system call takes effect.
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
const { TokenSet } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage(path, { locking: 'lockfile' });
const options = { signal: new AbortController().signal, timeout: 0.5 };
const tokens = TokenSet.from({ access_token: 'at' }).withStamp({ key: 'ada', generation: 9 });
const context = { reason: 'login', expected: 0, lock: options };
const saved = pattern.includes('corrupt') && (await storage.save('ada', tokens, context).catch((error) => error.code));
const loaded = await storage.load('ada');
const locked = await storage.withLock('ada', async () => 'entered', options).catch((error) => error.code);
console.log(JSON.stringify({ done, saved, locked, generation: loaded?.generation }));
