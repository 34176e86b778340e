// Loads, then saves under the lock, and prints how that went. `fill` fills the disk first, `drop` becomes nobody, `soon` waits half a second.
import { TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [path, locking, ...steps] = process.argv.slice(2);
const key = 'ada';
const storage = new FileTokenStorage(path, { locking });
const options = { signal: new AbortController().signal, timeout: steps.includes('soon') ? 0.5 : 5 };
const tokens = (generation) =>
  TokenSet.from({ access_token: 'secret-at', refresh_token: 'secret-rt' }).withStamp({ key, generation });
const context = (lock, expected) => ({ reason: 'refresh', expected, lock });
const save = (generation) => async (lock) =>
  storage.save(key, tokens(generation), context(lock, (await storage.load(key))?.generation ?? 0));
const told = (promise) =>
  promise.then(
    () => 'ok',
    ({ name, code, message, retryable, remedy, cause }) => ({
      name,
      code,
      message,
      retryable,
      remedy,
      cause: cause?.code,
      stack: cause?.stack,
    }),
  );

if (steps.includes('first')) await storage.withLock(key, save(1), options);
const filler = join(dirname(path), 'filler');
if (steps.includes('fill')) {
  for (let size = 65_536; size >= 1; size = size >> 1) {
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(size, 1));
    } catch {
      // Smaller steps, until not a byte is free.
    }
  }
}
if (steps.includes('close-folder')) chmodSync(dirname(path), 0o500);
if (steps.includes('drop') && process.getuid() === 0) {
  process.setgid(65534);
  process.setuid(65534);
}

let ran = false;
const outcome = {
  loaded: await told(storage.load(key)),
  locked: await told(
    storage.withLock(
      key,
      async (lock) => {
        ran = true;
        await save(2)(lock);
      },
      options,
    ),
  ),
  saved: await told(storage.save(key, tokens(3), context({ signal: options.signal }, undefined))),
  ran,
  files: readdirSync(dirname(path)),
};
outcome.generation = (await storage.load(key).catch(() => undefined))?.generation;
if (steps.includes('fill')) {
  rmSync(filler);
  outcome.afterwards = await told(storage.withLock(key, save(9), options));
}
if (steps.includes('mounted')) outcome.mounted = readFileSync('/proc/self/mountinfo', 'utf8').includes(dirname(path));
console.log(JSON.stringify(outcome));
