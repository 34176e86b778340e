// Saves so many records at once, each under its lock, and prints for each the calls that make it durable, in their order.
import { TokenSet } from '@latchkey/core';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const [folder, count] = process.argv.slice(2);
const calls = [];
let isTraced = false;
let locksLeft = Number(count);
let begin;
const allHaveTheirLocks = new Promise((resolve) => (begin = resolve));

function note(name, target) {
  if (!isTraced) return;
  const file = typeof target === 'number' ? (opened.get(target) ?? '') : target;
  calls.push({ name, file: path.basename(file).slice(0, 8) });
}

const opened = new Map();
const { openSync } = fs;
fs.openSync = (file, ...rest) => {
  const fd = openSync(file, ...rest);
  opened.set(fd, fs.fstatSync(fd).isDirectory() ? 'folder' : file);
  return fd;
};
for (const name of ['fsyncSync', 'fsync', 'renameSync', 'writeFileSync']) {
  const original = fs[name];
  fs[name] = (...args) => {
    note(name, args[0]);
    return original(...args);
  };
}
syncBuiltinESMExports();
const { FileTokenStorage } = await import('@latchkey/storage-file');
const storage = new FileTokenStorage({ folder }, { perKey: true });
const options = { signal: new AbortController().signal, timeout: 5 };
const save = (key) =>
  storage.withLock(
    key,
    async (lock) => {
      if (--locksLeft === 0) begin();
      await allHaveTheirLocks;
      isTraced = true;
      await storage.save(key, TokenSet.from({ access_token: 'a' }), { reason: 'login', expected: undefined, lock });
    },
    options,
  );
await Promise.all(Array.from({ length: Number(count) }, (_, index) => save(`account ${index}`)));
console.log(JSON.stringify({ calls }));
