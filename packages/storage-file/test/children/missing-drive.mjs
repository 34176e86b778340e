// Takes the lock and saves where not even the root is there, as on a drive of Windows that was pulled out.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const missing = (path) => ['/', '/gone'].includes(String(path));
const failure = (syscall) => Object.assign(new Error(`ENOENT: ${syscall}`), { code: 'ENOENT', syscall });
const { statSync } = fs;
fs.statSync = (path, options) => {
  if (!missing(path)) return statSync(path, options);
  if (options?.throwIfNoEntry === false) return undefined;
  throw failure('stat');
};
fs.mkdirSync = () => {
  throw failure('mkdir');
};
syncBuiltinESMExports();
const { TokenSet } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ file: '/gone/tokens.json' });
const lock = { signal: new AbortController().signal };
const options = { ...lock, timeout: 1 };
const tokens = TokenSet.from({ access_token: 'at' }).withStamp({ key: 'ada', generation: 1 });
const told = (promise) =>
  promise.then(
    () => 'ok',
    ({ name, message }) => ({ name, message }),
  );
const locked = await told(storage.withLock('ada', async () => undefined, options));
const saved = await told(storage.save('ada', tokens, { reason: 'login', expected: undefined, lock }));
console.log(JSON.stringify({ locked, saved }));
