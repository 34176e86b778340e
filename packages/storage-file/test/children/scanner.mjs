// Takes the lock, saves over what is no record, and logs out, as on Windows, where a scanner has each file that is moved and
// the record that is removed: so many tries fail.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path, times] = process.argv.slice(2);
Object.defineProperty(process, 'platform', { value: 'win32' });
fs.writeFileSync(path, 'torn', { mode: 0o600 });
for (const name of ['renameSync', 'unlinkSync']) {
  const original = fs[name];
  const tries = new Map();
  fs[name] = (target, ...rest) => {
    const tried = tries.get(target) ?? 0;
    tries.set(target, tried + 1);
    const isHeld = tried < Number(times) && (name === 'renameSync' || target === path);
    if (isHeld) throw Object.assign(new Error(`EPERM: ${name}`), { code: 'EPERM', syscall: name });
    original(target, ...rest);
  };
}
syncBuiltinESMExports();
const { TokenSet } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ file: path });
const lock = { signal: new AbortController().signal };
const context = { reason: 'login', expected: undefined, lock };
const tokens = TokenSet.from({ access_token: 'at' }).withStamp({ key: 'ada', generation: 1 });
const told = (promise) =>
  promise.then(
    () => 'ok',
    ({ code, cause, retryable }) => `${code} ${cause?.code} ${retryable}`,
  );
const locked = await told(storage.withLock('ada', async () => undefined, { ...lock, timeout: 5 }));
const saved = await told(storage.save('ada', tokens, context));
const deleted = saved === 'ok' ? await told(storage.delete('ada', context)) : undefined;
console.log(JSON.stringify({ locked, saved, deleted }));
